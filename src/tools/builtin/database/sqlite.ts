import type { ToolContext } from '../../tool-context.js';
import { onThread } from '../on-thread.js';
import { failed, wrongInput } from '../refusal.js';
import { text } from '../schema.js';

export const sqlite = onThread<typeof import('./sqlite-work.js')>('database/sqlite-work.js');

export const databasePath = (description: string) => text(description, { min: 1, max: 4096 });

const MAGIC = 'SQLite format 3\0';

/**
 * Reads a database file whole: SQLite sees a copy in memory, and nothing of the file system.
 *
 * @throws StintError (rejects) `TOOL_FAILED` if another program is about to write to it
 */
export async function openDatabase({ files }: ToolContext, path: string): Promise<Uint8Array> {
  const bytes = await files.read(path);
  if (bytes.length > 0 && bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw wrongInput('path', `'${path}' is no SQLite database`);
  for (const suffix of ['-wal', '-journal']) {
    const log = await files.stat(`${path}${suffix}`);
    if (log !== undefined && log.size > 0) {
      throw failed(`another program is working with '${path}': there is '${path}${suffix}'; close that program first`);
    }
  }
  return bytes;
}

/** The last change of each file that one is under way of. */
const turns = new Map<string, Promise<unknown>>();

/** Has changes of the same file made one after the other, so that none is made to what another one is about to replace. */
export async function inTurn<T>(file: string, change: () => Promise<T>): Promise<T> {
  const before = turns.get(file) ?? Promise.resolve();
  const mine = before.then(change, change);
  turns.set(file, mine);
  try {
    return await mine;
  } finally {
    if (turns.get(file) === mine) turns.delete(file);
  }
}
