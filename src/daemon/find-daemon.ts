import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { within } from '../control/within.js';
import { isStintError, StintError } from '../errors/stint-error.js';
import type { KernelClient } from '../kernel/client/kernel-client.js';
import { isPrivate } from './places.js';

/** How long a daemon that is there may take to say so. */
const PATIENCE_MS = 2000;
/** How long it may take to end, beyond the grace that it gives. */
const END_MS = 30_000;

/**
 * Connects to the daemon at its socket, whose directory must be this user's alone. Undefined if there is none.
 *
 * @throws StintError if there is something that cannot be talked to
 */
export async function findDaemon(socket: string): Promise<KernelClient | undefined> {
  if (!((await isPrivate(dirname(socket))) && existsSync(socket))) return undefined;
  try {
    return await connectTo(socket);
  } catch (error) {
    if (isStintError(error, 'INVALID_ARGUMENT')) return undefined;
    throw error;
  }
}

/** Connects to a daemon at an address that the user has named. @throws StintError as `connect` does */
export async function connectTo(address: string): Promise<KernelClient> {
  const { connect } = await import('../kernel/transport/connect.js');
  return connect(address, { timeout: PATIENCE_MS });
}

/** Has a daemon end, and waits until its process has closed the connection. @throws StintError `TIMEOUT` */
export async function stopDaemon(client: KernelClient): Promise<void> {
  await client.shutdown();
  const ended = await within(client.closed, END_MS);
  if (!ended) throw new StintError('TIMEOUT', `the daemon did not end within ${END_MS} ms`);
}
