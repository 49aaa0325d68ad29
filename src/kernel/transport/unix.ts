/**
 * Unix sockets. Who may connect is a matter of file permissions: the socket is 0600, and its directory, if it has to be made, 0700.
 *
 * 1. One listener an address: a second one is refused, whatever happened to the first.
 * 2. A socket that nobody listens at any more is taken over; one that somebody does is never touched.
 * 3. With a ledger, the socket is recorded before it exists: it does not outlive a process that is killed.
 */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, lstat, mkdir, realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { isStintError, StintError } from '../../errors/stint-error.js';
import { systemCode } from '../../errors/system-code.js';
import type { Ledger } from '../../ledger/ledger.js';

/** What the kernel of the system keeps of a path, its end included. */
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103;
/** Connections that may wait to be accepted; the system may have a lower bound of its own. */
export const BACKLOG = 4096;
const PRIVATE = 0o177;

/** Something that listens. */
export interface Bound {
  readonly server: Server;
  /** Stops listening, and leaves nothing on disk. */
  close(): Promise<void>;
}

/** Listens at a path. @throws StintError `INVALID_ARGUMENT` if somebody else does, or it cannot be done */
export async function listenUnix(path: string, onSocket: (socket: Socket) => void, ledger?: Ledger): Promise<Bound> {
  const full = resolve(path);
  if (Buffer.byteLength(full) > LONGEST_PATH) {
    throw new StintError(
      'INVALID_ARGUMENT',
      `the path ${full} is longer than the ${LONGEST_PATH} bytes that a socket's can have`,
    );
  }
  try {
    await mkdir(dirname(full), { recursive: true, mode: 0o700 });
    return await claim(join(await realpath(dirname(full)), basename(full)), onSocket, ledger);
  } catch (error) {
    if (isStintError(error)) throw error;
    throw new StintError('INVALID_ARGUMENT', `cannot listen at ${full}: ${(error as Error).message}`, { cause: error });
  }
}

async function claim(path: string, onSocket: (socket: Socket) => void, ledger: Ledger | undefined): Promise<Bound> {
  const lock = await takeLock(path);
  let release: (() => Promise<void>) | undefined;
  try {
    if (await isStale(path)) await rm(path, { force: true });
    release = ledger && (await record(ledger, path));
    const server = createServer({ allowHalfOpen: true }, onSocket);
    await listenPrivately(server, path);
    const { ino } = await lstat(path);
    return {
      server,
      async close() {
        await new Promise((done) => server.close(done));
        // Node has removed it, if it was ours; whoever has listened there since then keeps it.
        if ((await inode(path)) === ino) await rm(path, { force: true });
        await release?.();
        lock?.close();
      },
    };
  } catch (error) {
    await release?.();
    lock?.close();
    throw error;
  }
}

/** @returns takes the record back. What somebody else listens at by now is left to the ledger, which leaves it to them */
async function record(ledger: Ledger, path: string): Promise<() => Promise<void>> {
  const { claimSocket } = await import('../../ledger/claimed-path.js');
  const { release } = await claimSocket(ledger, path);
  return () => release().catch(() => undefined);
}

/**
 * A name without a file, which is gone with its process: of two that want to take the same stale socket over, one gets it. Linux
 * alone has them; elsewhere what is at the path has to do.
 */
async function takeLock(path: string): Promise<Server | undefined> {
  if (process.platform !== 'linux') return undefined;
  const lock = createServer((socket) => socket.destroy());
  const name = createHash('sha256').update(`${process.getuid?.()} ${path}`).digest('hex');
  lock.listen({ path: `\0stint-${name}`, backlog: 1 });
  try {
    await once(lock, 'listening');
  } catch (error) {
    if (systemCode(error) === 'EADDRINUSE') throw inUse(path);
    throw error;
  }
  lock.unref();
  return lock;
}

/** Whether there is a socket at which nobody listens. @throws StintError `INVALID_ARGUMENT` if there is anything else */
async function isStale(path: string): Promise<boolean> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return false;
  if (!found.isSocket())
    throw new StintError('INVALID_ARGUMENT', `${path} is there, and is no socket; choose another path`);
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return true;
    // EAGAIN: its queue is full, so somebody is there.
    if (code === 'EAGAIN') throw inUse(path);
    throw error;
  } finally {
    socket.destroy();
  }
  throw inUse(path);
}

async function listenPrivately(server: Server, path: string): Promise<void> {
  // The socket is made within `listen`; a thread other than the main one has no mask of its own.
  const before = isMainThread ? process.umask(PRIVATE) : undefined;
  try {
    server.listen({ path, backlog: BACKLOG });
  } finally {
    if (before !== undefined) process.umask(before);
  }
  await once(server, 'listening');
  await chmod(path, 0o600);
}

async function inode(path: string): Promise<number | undefined> {
  return (await lstat(path).catch(() => undefined))?.ino;
}

function inUse(path: string): StintError {
  return new StintError('INVALID_ARGUMENT', `somebody listens at ${path} already; stop that, or choose another path`);
}
