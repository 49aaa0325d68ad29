import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { systemCode } from '../errors/system-code.js';

/** The longest address of a unix socket that every system takes, in bytes. */
const MOST_BYTES = 100;

/** A path of a socket that is short enough to be its address, for as long as it is not disposed. */
export interface SocketPath extends AsyncDisposable {
  readonly path: string;
}

/** Finds a way to a socket whose path may be too long to be an address: by a descriptor of its directory. */
export async function socketPath(path: string): Promise<SocketPath> {
  if (Buffer.byteLength(path) <= MOST_BYTES) return { path, [Symbol.asyncDispose]: async () => undefined };
  const directory = await open(dirname(path));
  return {
    path: join('/proc/self/fd', String(directory.fd), basename(path)),
    [Symbol.asyncDispose]: () => directory.close(),
  };
}

/** What somebody who connects to a socket learns of it. */
export type Answer = 'listening' | 'nobody listens' | 'no socket' | 'unknown';

/**
 * Asks the kernel whether anybody listens on a socket. It knows without the listener's doing: one that is busy, or
 * stopped, listens too; one that died does not.
 */
export async function knock(path: string): Promise<Answer> {
  try {
    await using address = await socketPath(path);
    return await new Promise<Answer>((resolve) => {
      const socket = connect({ path: address.path });
      socket.once('connect', () => resolve('listening'));
      socket.once('error', (error) => resolve(meaningOf(error)));
      socket.once('close', () => resolve('unknown'));
      socket.once('connect', () => socket.destroy());
    });
  } catch (error) {
    return meaningOf(error);
  }
}

function meaningOf(error: unknown): Answer {
  switch (systemCode(error)) {
    case 'EAGAIN': // so many wait to be accepted that there is no room: somebody listens
      return 'listening';
    case 'ECONNREFUSED':
    case 'ECONNRESET': // the listener closed, or died, with this connection still in its queue
      return 'nobody listens';
    case 'ENOENT':
      return 'no socket';
    default:
      return 'unknown';
  }
}
