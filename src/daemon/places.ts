import { lstat, mkdir } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { StintError } from '../errors/stint-error.js';
import { systemCode } from '../errors/system-code.js';

/** Where a user's daemon is found, and what is kept, by the XDG Base Directory Specification. */
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
  const { XDG_RUNTIME_DIR: runtimeHome, XDG_STATE_HOME: stateHome, XDG_CONFIG_HOME: configHome } = environment;
  // By number: a user of a container may have no entry in its list of users, and so no name.
  const runtime = runtimeHome ? join(runtimeHome, 'stint') : join(tmpdir(), `stint-${process.getuid?.()}`);
  const state = join(stateHome || join(homedir(), '.local', 'state'), 'stint');
  return {
    runtime,
    socket: join(runtime, 'daemon.sock'),
    connectionFile: (kind) => join(runtime, `daemon-${kind}.json`),
    log: join(state, 'daemon.log'),
    history: join(state, 'repl-history'),
    config: join(configHome || join(homedir(), '.config'), 'stint', 'daemon.json'),
  };
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
