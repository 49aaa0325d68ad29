import initialize from '@sqlite.org/sqlite-wasm';
import type { ModuleContext } from '../../../engines/module/module-context.js';
import { messageOf } from '../../../errors/describe.js';
import { reading, wrongInput } from '../refusal.js';
import { jsonCell } from './sql-schema.js';

type Sqlite = Awaited<ReturnType<typeof initialize>>;
type Database = InstanceType<Sqlite['oo1']['DB']>;

/** What SQLite may hold in memory, the database included. A statement can lower it, not raise it. */
const HEAP_BYTES = 256 * 1024 ** 2;
/** So many steps of its virtual machine are made between two looks at the signal. */
const STEPS = 20_000;
/** These bytes of a database are 2 if it is written by a log beside it. A copy in memory has none. */
const LOG_FLAGS = [18, 19];
/** White space, semicolons and comments. */
const NOTHING = /^(?:[\s;]|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;

interface Question {
  readonly sql: string;
  readonly parameters: readonly (string | number | boolean | null)[];
  readonly limit: number;
  readonly bytes?: Uint8Array;
}

export async function query({ setup, ...question }: Question & { readonly setup?: string }, { signal }: ModuleContext) {
  return withDatabase(question.bytes, signal, (database, sqlite) => {
    if (setup !== undefined) reading('setup', () => database.exec(setup));
    return runAll(database, sqlite, question, true);
  });
}

export async function execute(question: Question, { signal }: ModuleContext) {
  return withDatabase(question.bytes, signal, (database, sqlite) => {
    const rows = runAll(database, sqlite, question, false);
    assertNoTransaction(database);
    const changes = Number(sqlite.capi.sqlite3_total_changes64(database));
    const made = exported(database, sqlite, question.bytes);
    const same = question.bytes !== undefined && Buffer.compare(made, question.bytes) === 0;
    return { ...rows, changes, database: same ? undefined : made };
  });
}

/** Opens a database in an instance of its own: what one call leaves there, the next cannot see. */
async function withDatabase<T>(
  bytes: Uint8Array | undefined,
  signal: AbortSignal,
  work: (database: Database, sqlite: Sqlite) => T,
): Promise<T> {
  const quiet = () => undefined;
  const sqlite = await initialize({ print: quiet, printErr: quiet });
  Object.assign(sqlite.config, { error: quiet, warn: quiet, log: quiet });
  const { capi, oo1 } = sqlite;
  const database = new oo1.DB(':memory:');
  try {
    if (bytes !== undefined && bytes.length > 0) load(database, sqlite, bytes);
    database.exec(`pragma hard_heap_limit = ${HEAP_BYTES}; pragma temp_store = memory`);
    // It sees itself alone: no ATTACH, and no VACUUM INTO, which attaches too.
    const authorize = (_: number, action: number, file: string | 0) =>
      action === capi.SQLITE_ATTACH && file ? capi.SQLITE_DENY : capi.SQLITE_OK;
    capi.sqlite3_set_authorizer(database, authorize, 0);
    capi.sqlite3_progress_handler(database, STEPS, () => (signal.aborted ? 1 : 0), 0);
    return work(database, sqlite);
  } finally {
    database.close();
  }
}

function load(database: Database, { capi, wasm }: Sqlite, bytes: Uint8Array): void {
  const copy = Uint8Array.from(bytes);
  for (const at of LOG_FLAGS) if (copy[at] === 2) copy[at] = 1;
  const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE;
  const place = wasm.allocFromTypedArray(copy);
  database.checkRc(capi.sqlite3_deserialize(database, 'main', place, copy.length, copy.length, flags));
  reading('path', () => database.selectValue('select count(*) from sqlite_schema'));
}

function exported(database: Database, { capi }: Sqlite, before: Uint8Array | undefined): Uint8Array {
  const bytes = capi.sqlite3_js_db_export(database);
  for (const at of LOG_FLAGS) if (before?.[at] === 2 && bytes.length > at) bytes[at] = 2;
  return bytes;
}

function assertNoTransaction(database: Database): void {
  try {
    database.exec('begin; commit');
  } catch (error) {
    throw wrongInput('sql', `it leaves a transaction open (${messageOf(error)}); the statements are one by themselves`);
  }
}

/** Runs the statements one after the other; the rows are those of the last one that has columns. */
function runAll(database: Database, sqlite: Sqlite, question: Question, onlyReads: boolean) {
  let answer: { columns: string[]; rows: unknown[][]; truncated: boolean } = {
    columns: [],
    rows: [],
    truncated: false,
  };
  let rest = question.sql.replace(NOTHING, '');
  let count = 0;
  while (rest !== '') {
    const statement = reading('sql', () => database.prepare(rest));
    try {
      rest = rest.slice(sqlite.capi.sqlite3_sql(statement)?.length).replace(NOTHING, '');
      count += 1;
      if (onlyReads && (rest !== '' || count > 1)) throw wrongInput('sql', 'give one statement');
      if (onlyReads && sqlite.capi.sqlite3_stmt_readonly(statement) === 0) {
        throw wrongInput('sql', 'it would change the database; use sql.execute for that');
      }
      bind(statement, question.parameters);
      const rows = reading('sql', () => readRows(statement, question.limit));
      if (statement.columnCount > 0) answer = { columns: statement.getColumnNames(), ...rows };
    } finally {
      statement.finalize();
    }
  }
  if (count === 0) throw wrongInput('sql', 'it has no statement');
  return answer;
}

function bind(statement: ReturnType<Database['prepare']>, parameters: Question['parameters']): void {
  const wanted = statement.parameterCount;
  if (wanted !== parameters.length)
    throw wrongInput('parameters', `the statement has ${wanted} placeholders, there are ${parameters.length} values`);
  if (wanted > 0) statement.bind([...parameters]);
}

function readRows(statement: ReturnType<Database['prepare']>, limit: number) {
  const rows: unknown[][] = [];
  while (statement.step()) {
    if (rows.length === limit) return { rows, truncated: true };
    if (statement.columnCount > 0) rows.push(statement.get([]).map(jsonCell));
  }
  return { rows, truncated: false };
}
