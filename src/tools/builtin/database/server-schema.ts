import { boolean, integer, object, text, withDefault } from '../schema.js';
import { passwordInput } from './secret.js';
import { parameters, rowsOutput, sqlText, withLimit } from './sql-schema.js';

/** The input of the tools for database servers. */
export function serverInput(port: number, placeholder: string) {
  return object(
    {
      sql: sqlText(`One statement; placeholders are ${placeholder}.`),
      host: text('The server.', { min: 1, max: 255 }),
    },
    {
      port: withDefault(port, integer('Its port.', { min: 1, max: 65_535 })),
      user: text('Who to log in as.', { max: 255 }),
      ...passwordInput,
      database: text('The database.', { max: 255 }),
      tls: withDefault(false, boolean('Whether to speak TLS; the certificate has to be right for the host.')),
      write: withDefault(
        false,
        boolean('Whether the statement may change anything: else it runs in a transaction that can only read.'),
      ),
      parameters,
      ...withLimit,
    },
  );
}

export const serverOutput = rowsOutput;
