import type { Connection, FieldPacket } from 'mysql2';
import { messageOf } from '../../../errors/describe.js';
import { builtin } from '../builtin.js';
import { library } from '../on-thread.js';
import { failed } from '../refusal.js';
import { readySocket } from './ready-socket.js';
import { passwordOf } from './secret.js';
import { serverInput, serverOutput } from './server-schema.js';
import { jsonCell } from './sql-schema.js';

export const sqlMysql = builtin({
  name: 'sql.mysql',
  description: 'Runs one SQL statement on a MySQL or MariaDB server. It can only read unless write is true.',
  category: 'database',
  tags: ['sql', 'mysql', 'mariadb', 'query', 'select'],
  security: 'privileged',
  permissions: ['net', 'environment'],
  input: serverInput(3306, '?'),
  output: serverOutput,
  examples: [
    {
      input: { host: '127.0.0.1', user: 'root', sql: "select 1 as one, 'a' as letter" },
      output: { columns: ['one', 'letter'], rows: [[1, 'a']], truncated: false, changes: 0 },
    },
    {
      description: 'With a parameter',
      input: { host: '127.0.0.1', user: 'root', sql: 'select concat(?, 1) as text', parameters: ['a'] },
      output: { columns: ['text'], rows: [['a1']], truncated: false, changes: 0 },
    },
  ],
  async handler(input, context) {
    const { host, port, user = 'root', database, tls, write } = input;
    const { default: mysql } = await library(() => import('mysql2'));
    const password = passwordOf(context, input);
    const socket = await context.connect({ host, port });
    const connection = mysql.createConnection({
      host,
      port,
      user,
      stream: () => readySocket(socket, context.limits.memory),
      rowsAsArray: true,
      supportBigNumbers: true,
      // It would build its parsers as source text.
      disableEval: true,
      ...(password === undefined ? {} : { password }),
      ...(database === undefined ? {} : { database }),
      ...(tls ? { ssl: { rejectUnauthorized: true, verifyIdentity: true } } : {}),
    });
    connection.on('error', () => undefined);
    try {
      await run(connection, write ? 'start transaction' : 'start transaction read only');
      const answer = await rowsOf(connection, input);
      await run(connection, 'commit');
      return answer;
    } catch (error) {
      throw failed(`MySQL: ${messageOf(error)}`, error);
    } finally {
      socket.destroy();
    }
  },
});

interface Question {
  readonly sql: string;
  readonly parameters: readonly (string | number | boolean | null)[];
  readonly limit: number;
}

function run(connection: Connection, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.query(sql, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** As a prepared statement, of which there can be one only. */
function rowsOf(connection: Connection, { sql, parameters, limit }: Question) {
  const rows: unknown[][] = [];
  let columns: string[] = [];
  let [count, changes] = [0, 0];
  return new Promise<{ columns: string[]; rows: unknown[][]; truncated: boolean; changes: number }>(
    (resolve, reject) => {
      const query = connection.execute(sql, [...parameters]);
      query.on('fields', (fields: FieldPacket[] | undefined) => {
        columns = fields?.map(({ name }) => name) ?? [];
      });
      query.on('result', (row: unknown) => {
        if (!Array.isArray(row)) {
          changes = (row as { affectedRows: number }).affectedRows;
          return;
        }
        count += 1;
        if (count <= limit) rows.push(row.map(mysqlCell));
      });
      query.on('error', reject);
      query.on('end', () => resolve({ columns, rows, truncated: count > limit, changes }));
    },
  );
}

function mysqlCell(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !(value instanceof Date) && !(value instanceof Uint8Array)
    ? JSON.parse(JSON.stringify(value))
    : jsonCell(value);
}
