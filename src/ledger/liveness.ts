/**
 * Whether an owner lives.
 *
 * 1. Dead is who is proven dead. Whoever cannot be told to be dead is left alone.
 * 2. The proof is the kernel's: an owner listens on a socket in its folder until its process ends, however it ends. A pid
 *    that is used again proves nothing, nor does a namespace in which the pid is another.
 */
import { join } from 'node:path';
import { type Here, here, type Identity, processInfo } from './identity.js';
import { knock } from './socket-path.js';

/** The socket in an owner's folder. */
export const ALIVE = 'alive';

export type Liveness = 'alive' | 'dead' | 'unknown';

/**
 * @param folder the owner's
 * @param identity what it says of itself; undefined if that cannot be read
 */
export async function livenessOf(folder: string, identity: Identity | undefined): Promise<Liveness> {
  const now = await here();
  if (identity !== undefined && isElsewhere(identity, now)) return 'unknown';
  const answer = await knock(join(folder, ALIVE));
  if (answer === 'listening') return 'alive';
  if (answer === 'nobody listens') return 'dead';
  if (answer === 'unknown' || identity === undefined) return 'unknown';
  // Somebody took the socket away: what is left is who had the pid.
  if (identity.boot !== now.boot) return 'dead';
  if (identity.boot === '' || identity.pidSpace !== now.pidSpace) return 'unknown';
  return (await processInfo(identity.pid))?.startedAt === identity.startedAt ? 'alive' : 'dead';
}

/** Containers of one machine may each have a name of their own: they have its boot in common. */
function isElsewhere({ machine, boot }: Identity, now: Here): boolean {
  return machine !== now.machine && (boot === '' || boot !== now.boot);
}
