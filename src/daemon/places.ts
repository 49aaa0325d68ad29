import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { StintError } from '../errors/stint-error.js';
import { systemCode } from '../errors/system-code.js';
import { configHome, runtimeHome, stateHome } from '../ledger/base-directories.js';

/** Where a user's daemon is found, and what is kept, by the XDG Base Directory Specification. `log`, `history` and `config` throw if nothing says where they are. */
export interface Places {
  /** Of the sockets: gone when the user logs out. */
  readonly runtime: string;
  readonly socket: string;
  /** What has to be known to connect by TCP or HTTP. */
  readonly connectionFile: (kind: string) => string;
  readonly log: string;
  /** What was typed into the REPL. */
  readonly history: string;
  readonly config: string;
}

/** @param environment the variables of the process */
export function placesOf(environment: NodeJS.ProcessEnv): Places {
  const named = runtimeHome(environment);
  const runtime = named === undefined ? join(temporary(), `stint-${process.geteuid?.()}`) : join(named, 'stint');
  return {
    runtime,
    socket: join(runtime, 'daemon.sock'),
    connectionFile: (kind) => join(runtime, `daemon-${kind}.json`),
    get log() {
      return join(stateHome(environment, 'the log'), 'stint', 'daemon.log');
    },
    get history() {
      return join(stateHome(environment, 'the history'), 'stint', 'repl-history');
    },
    get config() {
      return join(configHome(environment, 'the configuration'), 'stint', 'daemon.json');
    },
  };
}

/** The daemon has another working directory than who looks for it. */
function temporary(): string {
  const named = tmpdir();
  return isAbsolute(named) ? named : '/tmp';
}

/**
 * Makes the directory of the sockets if it is not there.
 *
 * @throws StintError `PERMISSION_DENIED` if it is somebody else's, or others can write in it: they could stand in for the daemon
 */
export async function makePrivate(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (!(await isPrivate(directory))) {
    throw new StintError(
      'PERMISSION_DENIED',
      `${directory} is not this user's alone; remove it, or chmod 700 ${directory}`,
    );
  }
}

/** Whether a directory is there, is this user's, and lets nobody else in. */
export async function isPrivate(directory: string): Promise<boolean> {
  try {
    const { uid, mode } = await lstat(directory);
    return uid === (process.getuid?.() ?? uid) && (mode & 0o077) === 0;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
