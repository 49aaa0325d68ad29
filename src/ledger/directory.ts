import { lstat, mkdir, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { describe } from '../errors/describe.js';
import { StintError } from '../errors/stint-error.js';
import { refused } from './ledger-error.js';

/** The folder of everything that this version understands. A version that means something else by it takes another name. */
const LAYOUT = 'v1';

/** Where records go that cannot be believed. */
export const QUARANTINE = 'quarantine';

/** The directory of the ledger if none is named: of this user and machine alone. */
export function defaultDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  for (const name of ['XDG_RUNTIME_DIR', 'XDG_STATE_HOME']) {
    const base = environment[name];
    if (base !== undefined && isAbsolute(base)) return join(base, 'stint', 'ledger');
  }
  return join(homedir(), '.local', 'state', 'stint', 'ledger');
}

/**
 * Makes the directory of a ledger if it is not there, and sees that it is private.
 *
 * @returns the folder that records are in, without symbolic links
 * @throws StintError `PERMISSION_DENIED` if it is not this user's own or others may write there
 */
export async function openDirectory(directory: string = defaultDirectory()): Promise<string> {
  if (process.geteuid === undefined) {
    throw new StintError('DEPENDENCY_MISSING', `the ledger needs a POSIX system, and this one is ${process.platform}`);
  }
  if (typeof directory !== 'string' || !isAbsolute(directory) || directory.includes('\0')) {
    throw new StintError('INVALID_ARGUMENT', `directory is ${describe(directory)}; it must be an absolute path`);
  }
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const real = await realpath(directory);
    await checkPrivate(real);
    const folder = join(real, LAYOUT);
    await mkdir(join(folder, QUARANTINE), { recursive: true, mode: 0o700 });
    await checkPrivate(folder);
    await checkPrivate(join(folder, QUARANTINE));
    return folder;
  } catch (error) {
    throw refused(`use the directory ${directory} for its ledger`, error);
  }
}

async function checkPrivate(path: string): Promise<void> {
  const { uid, mode } = await checkDirectory(path);
  if (uid !== process.geteuid?.()) {
    throw new StintError(
      'PERMISSION_DENIED',
      `${path} belongs to the user with id ${uid}: a ledger must be one's own; name another directory`,
    );
  }
  if ((mode & 0o022) !== 0) {
    throw new StintError(
      'PERMISSION_DENIED',
      `others may write to ${path} (mode ${(mode & 0o7777).toString(8)}): run chmod 700 on it, or name another directory`,
    );
  }
}

async function checkDirectory(path: string): Promise<{ uid: number; mode: number }> {
  const about = await lstat(path);
  if (about.isDirectory()) return about;
  throw new StintError('INVALID_ARGUMENT', `${path} is no directory; name another one for the ledger`);
}
