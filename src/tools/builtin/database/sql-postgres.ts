import type { ToolContext } from '../../tool-context.js';
import { builtin } from '../builtin.js';
import { library } from '../on-thread.js';
import { failed } from '../refusal.js';
import { passwordOf } from './secret.js';
import { serverInput, serverOutput } from './server-schema.js';
import { jsonCell } from './sql-schema.js';
import { ready } from './ready-socket.js';

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
      output: { columns: ['one', 'letter'], rows: [[1, 'a']], truncated: false },
    },
    {
      description: 'With a parameter',
      input: { host: '127.0.0.1', user: 'postgres', sql: 'select $1::int * 2 as twice', parameters: [21] },
      output: { columns: ['twice'], rows: [[42]], truncated: false },
    },
  ],
  async handler(input, context) {
    const { host, port, user, database, tls, write, sql, parameters, limit } = input;
    const { default: pg } = await library(() => import('pg'));
    const password = passwordOf(context, input);
    const socket = await context.connect({ host, port });
    const client = new pg.Client({
      // Each that is not given has a value: pg would look for it in the environment.
      user: user ?? 'postgres',
      password: password ?? '',
      database: database ?? user ?? 'postgres',
      host,
      port,
      ssl: tls ? { servername: host } : false,
      stream: () => ready(socket),
      statement_timeout: context.limits.timeout,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(write ? 'begin' : 'begin read only');
      // The extended protocol takes one statement: no second one can end the transaction.
      const result = await client.query({ text: sql, values: [...parameters], rowMode: 'array', queryMode: 'extended' } as never);
      await client.query('commit');
      return answer(result as never, limit, write);
    } catch (error) {
      throw failed(`PostgreSQL: ${error instanceof Error ? error.message : String(error)}`, error);
    } finally {
      socket.destroy();
    }
  },
});
