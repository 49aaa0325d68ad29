import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { isStintError, StintError } from '../errors/stint-error.js';
import type { KernelClient } from '../kernel/client/kernel-client.js';
import { isPrivate } from './places.js';

/** How long a daemon that is there may take to say so. */
const PATIENCE_MS = 2000;
/** How long it may take to end, beyond the grace that it says it gives. */
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
    if (!isStintError(error, 'TIMEOUT')) throw error;
    const why = `the daemon at ${socket} does not answer within ${PATIENCE_MS} ms; end its process, or use --no-daemon where it is a flag`;
    throw new StintError('TIMEOUT', why, { cause: error });
  }
}

/** Connects to a daemon at an address that the user has named. @throws StintError as `connect` does */
export async function connectTo(address: string): Promise<KernelClient> {
  const { connect } = await import('../kernel/transport/connect.js');
  return connect(address, { timeout: PATIENCE_MS });
}

/**
 * Has a daemon end, and waits until it has closed the connection: for as long as it says that its phases take, and {@link END_MS}.
 *
 * @param tell what is waited for
 * @throws StintError `TIMEOUT`
 */
export async function stopDaemon(client: KernelClient, tell: (what: string) => void): Promise<void> {
  const patience = new Patience();
  await client.onLog('info', (_level, logger, data) => {
    const { event, grace = 0, inFlight = 0 } = data as DaemonEvent;
    if (logger !== 'daemon' || event !== 'ending') return;
    patience.extend(grace);
    if (inFlight > 0) tell(`${inFlight} requests in flight have ${grace} ms to end by themselves`);
  });
  await client.shutdown();
  if (await patience.until(client.closed)) return;
  throw new StintError('TIMEOUT', `the daemon did not end within ${patience.ms} ms; its log says how far it has come`);
}

/** What a daemon logs of its end. */
interface DaemonEvent {
  readonly event: string;
  readonly grace?: number;
  readonly inFlight?: number;
}

/** A deadline that can be put off. */
class Patience {
  ms = END_MS;
  #give!: () => void;
  readonly #over = new Promise<boolean>((resolve) => {
    this.#give = () => resolve(false);
  });
  #timer = setTimeout(this.#give, END_MS).unref();

  extend(ms: number): void {
    this.ms = END_MS + ms;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#give, this.ms).unref();
  }

  /** Whether it settled in time. */
  async until(work: Promise<unknown>): Promise<boolean> {
    const inTime = await Promise.race([work.then(() => true), this.#over]);
    clearTimeout(this.#timer);
    return inTime;
  }
}
