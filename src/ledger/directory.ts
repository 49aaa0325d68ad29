import { lstat, mkdir, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { describe } from '../errors/describe.js';
import { StintError } from '../errors/stint-error.js';
import { systemCode } from '../errors/system-code.js';
import { runtimeHome, stateHome } from './base-directories.js';
import { refused } from './ledger-error.js';

/** The folder of everything that this version understands. A version that means something else by it takes another name. */
const LAYOUT = 'v1';

/** Where records go that cannot be believed. */
export const QUARANTINE = 'quarantine';

/**
 * The directory of the ledger if none is named: of this user and machine alone.
 *
 * @throws StintError `INVALID_ARGUMENT` if neither the environment nor the system says where that may be
 */
export function defaultDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return join(runtimeHome(environment) ?? stateHome(environment, 'the ledger'), 'stint', 'ledger');
}

/** The directory that options name. @throws StintError `INVALID_ARGUMENT` if they name something else: misspelt, it would be another ledger's */
export function directoryOf(options: { readonly directory?: string }): string | undefined {
  const other = Object.keys(options).find((key) => key !== 'directory');
  if (other === undefined) return options.directory;
  throw new StintError('INVALID_ARGUMENT', `options.${other} is not an option; the only one is directory`);
}

/**
 * Makes the directory of a ledger if it is not there, and sees that it is private.
 *
 * @returns the folder that records are in, without symbolic links
 * @throws StintError `PERMISSION_DENIED` if it is not this user's own or others may write there
 */
export async function openDirectory(directory: string = defaultDirectory()): Promise<string> {
  requirePath(directory);
  try {
    await makeDirectory(directory);
    const real = await realpath(directory);
    await checkPrivate(real);
    const folder = join(real, LAYOUT);
    await makeDirectory(join(folder, QUARANTINE));
    await checkPrivate(folder);
    await checkPrivate(join(folder, QUARANTINE));
    return folder;
  } catch (error) {
    throw refused(`use the directory ${directory} for its ledger`, error);
  }
}

/**
 * The folder of records, if there is one: nothing is made.
 *
 * @throws StintError `PERMISSION_DENIED` if it is not this user's own or others may write there
 */
export async function findDirectory(directory: string = defaultDirectory()): Promise<string | undefined> {
  requirePath(directory);
  try {
    const real = await realpath(directory);
    await checkPrivate(real);
    const folder = join(real, LAYOUT);
    await checkPrivate(folder);
    return folder;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw refused(`use the directory ${directory} for its ledger`, error);
  }
}

/** Makes a directory, and those above it. (Node's own `recursive` tries for ever where there can be none, as in `/proc`.) */
async function makeDirectory(path: string, isBelowOne = false): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || isBelowOne) throw error;
    await makeDirectory(dirname(path));
    await makeDirectory(path, true);
  }
}

function requirePath(directory: string): void {
  if (process.geteuid === undefined) {
    throw new StintError('DEPENDENCY_MISSING', `the ledger needs a POSIX system, and this one is ${process.platform}`);
  }
  if (typeof directory !== 'string' || !isAbsolute(directory) || directory.includes('\0')) {
    throw new StintError('INVALID_ARGUMENT', `directory is ${describe(directory)}; it must be an absolute path`);
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
