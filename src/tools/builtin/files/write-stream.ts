import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import type { FileAccess } from '../../access/file-access.js';
import { failed } from '../refusal.js';

/**
 * Writes a file of any size: into a new file beside it, which then takes its place. A failure leaves what was there.
 *
 * @throws StintError (rejects) `TOOL_FAILED` if there is one already and `replace` is false, or a directory
 */
export async function writeStream(
  files: FileAccess,
  path: string,
  replace: boolean,
  fill: (output: Writable) => Promise<void>,
): Promise<void> {
  const old = await files.stat(path, 'write');
  if (!replace && old !== undefined) throw failed(`there is '${path}' already; set replace to have it go`);
  if (old?.kind === 'directory') throw failed(`cannot write '${path}': it is a directory`);
  // One for each call, however many write the same file; with room for it beside the longest name that there can be.
  const beside = join(dirname(path), `.${basename(path).slice(0, 50)}.${randomUUID()}.part`);
  const output = await files.open(beside, 'write');
  try {
    await fill(output);
    await files.move(beside, path, { replace });
  } catch (error) {
    output.destroy();
    await files.remove(beside);
    throw error;
  }
}
