import type { Client, QueryResult } from 'pg';
import { messageOf } from '../../../errors/describe.js';
import { builtin } from '../builtin.js';
import { library } from '../on-thread.js';
import { failed } from '../refusal.js';
import { readySocket } from './ready-socket.js';
import { passwordOf } from './secret.js';
import { serverInput, serverOutput } from './server-schema.js';
import { jsonCell } from './sql-schema.js';

interface Question {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly limit: number;
}

interface Rows {
  readonly columns: string[];
  readonly rows: unknown[][];
  readonly truncated: boolean;
  readonly changes: number;
}

/** pg's own declarations leave out the events. */
type QueryClass = new (
  config: object,
) => {
  on(event: 'row', listener: (row: unknown[]) => void): void;
  on(event: 'end', listener: (result: QueryResult) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
};

export const sqlPostgres = builtin({
  name: 'sql.postgres',
  description: 'Runs one SQL statement on a PostgreSQL server. It can only read unless write is true.',
  category: 'database',
  tags: ['sql', 'postgresql', 'query', 'select'],
  security: 'privileged',
  permissions: ['net', 'environment'],
  input: serverInput(5432, '$1, $2'),
  output: serverOutput,
  examples: [
    {
      input: { host: '127.0.0.1', user: 'postgres', sql: "select 1 as one, 'a' as letter" },
      output: { columns: ['one', 'letter'], rows: [[1, 'a']], truncated: false, changes: 0 },
    },
    {
      description: 'With a parameter',
      input: { host: '127.0.0.1', user: 'postgres', sql: 'select $1::int * 2 as twice', parameters: [21] },
      output: { columns: ['twice'], rows: [[42]], truncated: false, changes: 0 },
    },
  ],
  async handler(input, context) {
    const { host, port, user = 'postgres', database, tls, write } = input;
    const { default: pg } = await library(() => import('pg'));
    const password = passwordOf(context, input);
    const socket = await context.connect({ host, port });
    const client = new pg.Client({
      user,
      // A function: for an empty text pg would look into the environment, and into a file in the home directory.
      password: () => password ?? '',
      database: database ?? user,
      host,
      port,
      ssl: tls ? {} : false,
      stream: () => readySocket(socket, context.limits.memory),
      statement_timeout: context.limits.timeout,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(write ? 'begin' : 'begin read only');
      const answer = await rowsOf(client, pg.Query as unknown as QueryClass, input);
      await client.query('commit');
      return answer;
    } catch (error) {
      throw failed(`PostgreSQL: ${messageOf(error)}`, error);
    } finally {
      socket.destroy();
    }
  },
});

/** The extended protocol takes one statement, so that no second one can end the transaction. */
function rowsOf(client: Client, Query: QueryClass, { sql, parameters, limit }: Question): Promise<Rows> {
  const query = new Query({ text: sql, values: [...parameters], rowMode: 'array', queryMode: 'extended' });
  const rows: unknown[][] = [];
  let count = 0;
  return new Promise((resolve, reject) => {
    query.on('row', (row) => {
      count += 1;
      if (count <= limit) rows.push(row.map(postgresCell));
    });
    query.on('error', reject);
    query.on('end', ({ command, rowCount, fields }) => {
      const changes = ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY'].includes(command) ? (rowCount ?? 0) : 0;
      resolve({ columns: fields.map(({ name }) => name), rows, truncated: count > limit, changes });
    });
    client.query(query as never);
  });
}

/** What pg makes of JSON and arrays goes on as it is, as far as JSON can say it. */
function postgresCell(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !(value instanceof Date) && !(value instanceof Uint8Array)
    ? JSON.parse(JSON.stringify(value))
    : jsonCell(value);
}
