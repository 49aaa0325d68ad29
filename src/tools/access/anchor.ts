/**
 * Files by way of an open directory.
 *
 * 1. What is done with the path that `anchored` gives is done in the very directory that was checked: whoever exchanges a part of its path
 *    for a link meanwhile changes nothing.
 * 2. Where the system cannot do that (no Linux, no /proc) the path is the real one, and `openAnchored` checks afterwards.
 */
import { existsSync } from 'node:fs';
import { constants, type FileHandle, open, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { StintError } from '../../errors/stint-error.js';

/** Linux's O_PATH: a directory as a place, without the right to read it. */
const O_PATH = 0o10000000;
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

let ways: boolean | undefined;

/** Whether an open directory can be a part of a path. */
export function canAnchor(): boolean {
  ways ??= process.platform === 'linux' && existsSync('/proc/self/fd');
  return ways;
}

/** The path of something open, as a part of other paths. */
export function pathOf(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}

/**
 * Opens the directory that a real path is in, and calls `use` with a path to the same thing that leads by way of it.
 *
 * @throws StintError (rejects) `PERMISSION_DENIED` if the directory is not there any more
 */
export async function anchored<T>(real: string, use: (path: string) => Promise<T>): Promise<T> {
  const parent = dirname(real);
  // The root directory cannot be exchanged.
  if (!canAnchor() || parent === real) return use(real);
  const directory = await open(parent, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  try {
    if ((await readlink(pathOf(directory))) !== parent) throw moved();
    return await use(`${pathOf(directory)}/${basename(real)}`);
  } finally {
    await directory.close();
  }
}

/**
 * Opens a file or directory, never by a link, and never waits for the other end of a pipe.
 *
 * @param flags as of `open`, without those for links
 */
export async function openAnchored(real: string, flags: number, mode?: number): Promise<FileHandle> {
  const handle = await anchored(real, (path) => open(path, flags | O_NOFOLLOW | O_NONBLOCK, mode));
  if (canAnchor()) return handle;
  try {
    const [opened, there] = await Promise.all([handle.stat(), stat(real)]);
    if (opened.ino !== there.ino || opened.dev !== there.dev || (await realpath(real)) !== real) throw moved();
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function moved(): StintError {
  return new StintError(
    'PERMISSION_DENIED',
    'to use the path is not permitted: it was exchanged while it was being checked; try again when nobody does that',
  );
}
