import { builtin } from '../builtin.js';
import { object } from '../schema.js';
import { parameters, rowsOutput, sqlText, withLimit } from './sql-schema.js';
import { databasePath, openDatabase, sqlite } from './sqlite.js';

export const sqlQuery = builtin({
  name: 'sql.query',
  description:
    'Reads from an SQLite database: a file, or one in memory that setup fills. The file is read whole (as far as the memory limit goes) and never changed.',
  category: 'database',
  tags: ['sql', 'sqlite', 'select', 'query'],
  security: 'restricted',
  permissions: ['read'],
  limits: { timeout: '15s' },
  input: object(
    { sql: sqlText('One statement that only reads, such as a SELECT.') },
    {
      path: databasePath('The database file. Default: one in memory.'),
      setup: sqlText('For one in memory: statements that fill it.'),
      parameters,
      ...withLimit,
    },
  ),
  output: rowsOutput,
  examples: [
    {
      description: 'In memory',
      input: {
        setup: "create table city(name text, people int); insert into city values ('Oslo', 709037), ('Bergen', 291940)",
        sql: 'select name from city where people > ?',
        parameters: [500_000],
      },
      output: { columns: ['name'], rows: [['Oslo']], truncated: false },
    },
    {
      input: { sql: "select 1 + 1 as two, upper('a') as letter" },
      output: { columns: ['two', 'letter'], rows: [[2, 'A']], truncated: false },
    },
  ],
  async handler({ path, setup, ...question }, context) {
    const bytes = path === undefined ? undefined : await openDatabase(context, path);
    return sqlite(context, 'query', { ...question, ...(bytes && { bytes }), ...(setup && { setup }) });
  },
});
