import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../errors/system-code.js';
import { decode, encode, MOST_BYTES, type Reading } from './envelope.js';

const { O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } = constants;

/** The end of the name of a file that is being written. */
export const UNFINISHED = '.tmp';

/** What opening something says that the ledger did not write: a symbolic link, a device, a file that nobody may read. */
const STRANGE: readonly string[] = ['ELOOP', 'EACCES', 'EPERM', 'ENXIO', 'ENODEV', 'EISDIR'];

/**
 * Writes a file so that it is there, whole, when this returns, whatever happens next. It takes the place of an earlier one of
 * this name at once: a reader sees the one or the other.
 */
export async function writeDurably(path: string, value: object): Promise<void> {
  const unfinished = `${path}${UNFINISHED}`;
  try {
    await using file = await open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
    await file.writeFile(encode(value));
    await file.sync();
    await rename(unfinished, path);
  } catch (error) {
    await removeIfPossible(unfinished);
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Has what was made, renamed or removed in a directory survive whatever happens next. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, O_RDONLY | O_DIRECTORY);
  await directory.sync();
}

/** Removes a file if the disk lets us: after a failure that is told of anyway. A sweep takes what stays. */
export async function removeIfPossible(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

/**
 * Reads a file that the ledger wrote. Follows no symbolic link, waits for no pipe, and reads no more than a record may have.
 *
 * @returns what it says or why it is not believed; undefined if it is not there
 * @throws what the system says if it could be readable at another time
 */
export async function read(path: string): Promise<Reading<Record<string, unknown>> | undefined> {
  try {
    await using file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const about = await file.stat();
    if (!about.isFile()) return { fault: 'it is no file' };
    if (about.uid !== process.geteuid?.()) return { fault: 'it belongs to another user' };
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES + 1), 0, MOST_BYTES + 1, 0);
    return decode(buffer.subarray(0, bytesRead));
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'ENOENT') return undefined;
    if (STRANGE.includes(code)) return { fault: `it cannot be read (${code})` };
    throw error;
  }
}
