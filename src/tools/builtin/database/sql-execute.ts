import type { ToolContext } from '../../tool-context.js';
import { builtin } from '../builtin.js';
import { failed } from '../refusal.js';
import { boolean, object, type TypeOf, withDefault } from '../schema.js';
import { parameters, rowsOutput, sqlText, withLimit } from './sql-schema.js';
import { databasePath, inTurn, openDatabase, sqlite } from './sqlite.js';

const input = object(
  { path: databasePath('The database file.'), sql: sqlText('The statements. With parameters: one.') },
  { create: withDefault(false, boolean('Whether to make the file if it is not there.')), parameters, ...withLimit },
);

export const sqlExecute = builtin({
  name: 'sql.execute',
  description:
    'Runs SQL statements on an SQLite database file, all of them or, if one fails, none, and writes the file anew. Not for a database that another program has open.',
  category: 'database',
  tags: ['sql', 'sqlite', 'insert', 'update', 'create table'],
  security: 'privileged',
  permissions: ['read', 'write'],
  limits: { timeout: '15s' },
  input,
  output: rowsOutput,
  examples: [
    {
      input: {
        path: 'example.db',
        create: true,
        sql: 'create table if not exists note(text); insert into note values (1), (2)',
      },
      output: { columns: [], rows: [], truncated: false, changes: 2 },
    },
    {
      description: 'What a statement returns',
      input: { path: 'example.db', create: true, sql: 'select ? as text', parameters: ['hello'] },
      output: { columns: ['text'], rows: [['hello']], truncated: false, changes: 0 },
    },
  ],
  handler: async (question, context) =>
    inTurn(await context.files.resolve(question.path, 'write'), () => execute(question, context)),
});

async function execute({ path, create, ...question }: TypeOf<typeof input>, context: ToolContext) {
  const { files } = context;
  const before = await files.stat(path);
  if (before === undefined && !create) throw failed(`there is no '${path}'; set create to make it`);
  const bytes = before === undefined ? new Uint8Array() : await openDatabase(context, path);
  const { database, ...answer } = await sqlite(context, 'execute', { ...question, bytes });
  const now = await files.stat(path);
  if (now?.size !== before?.size || now?.modified.getTime() !== before?.modified.getTime()) {
    throw failed(`'${path}' was changed by somebody else meanwhile; nothing was written, try again`);
  }
  if (database !== undefined) await files.write(path, database);
  return answer;
}
