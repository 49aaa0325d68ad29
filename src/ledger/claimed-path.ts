import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { StintError } from '../errors/stint-error.js';
import { type Pidfile, placePidfile, stagePidfile } from './kinds/pidfile.js';
import type { Socket } from './kinds/socket.js';
import type { Ledger } from './ledger.js';
import { refused, unless } from './ledger-error.js';

/** A path that is one's own until it is released. */
export interface ClaimedPath extends AsyncDisposable {
  /** Without symbolic links on the way. */
  readonly path: string;
  /** Removes what is there, if it is one's own. May be called any number of times. */
  release(): Promise<void>;
}

/**
 * Claims a path for a unix socket, to be listened on next. Close the server before the release: a socket that answers is
 * somebody's, and stays.
 *
 * @throws StintError `INVALID_ARGUMENT` if something is at the path
 */
export async function claimSocket(ledger: Ledger, path: string): Promise<ClaimedPath> {
  const real = await resolvePath(path);
  return ledger.acquire<Socket, ClaimedPath>(
    () => ({ kind: 'socket', path: real }),
    async (registration) => claimed(real, () => registration.release()),
  );
}

/**
 * Writes a file with the pid of this process, which only this user can read.
 *
 * @param contents what it says instead: JSON that has the pid of this process as `pid`
 * @throws StintError `INVALID_ARGUMENT` if something is at the path
 */
export async function writePidfile(ledger: Ledger, path: string, contents = `${process.pid}\n`): Promise<ClaimedPath> {
  const real = await resolvePath(path);
  return ledger.acquire<Pidfile, ClaimedPath>(
    () => ({ kind: 'pidfile', path: real }),
    async (registration) => {
      try {
        const file = await stagePidfile(real, registration.token, contents);
        await registration.update({ ...registration.resource, file });
        await placePidfile(real, registration.token);
      } catch (error) {
        throw refused(`write ${path}`, error);
      }
      return claimed(real, () => registration.release());
    },
  );
}

async function resolvePath(path: string): Promise<string> {
  try {
    const absolute = resolve(path);
    const real = join(await realpath(dirname(absolute)), basename(absolute));
    if ((await unless(['ENOENT'], lstat(real), undefined)) === undefined) return real;
  } catch (error) {
    throw refused(`use ${path}`, error);
  }
  throw new StintError('INVALID_ARGUMENT', `${path} is there already: stop whose it is, or run stint doctor --sweep`);
}

function claimed(path: string, release: () => Promise<void>): ClaimedPath {
  return { path, release, [Symbol.asyncDispose]: release };
}
