import { messageOf } from '../../errors/describe.js';
import { StintError } from '../../errors/stint-error.js';
import { callListener } from '../../scope/call-listener.js';
import { onAbort } from '../../scope/on-abort.js';
import type { CallListener } from '../call.js';
import { cancelled } from './direct-requester.js';

/**
 * What one request tells its listener. A listener that throws, or whose promise rejects, cancels its own request: nothing is thrown here,
 * and nothing else on the connection notices.
 */
export class Listening implements Required<CallListener> {
  readonly #listener: CallListener;
  readonly #cancel: (reason: unknown) => void;
  readonly #pending = new Set<Promise<void>>();
  #failure: StintError | undefined;

  /** @param cancel cancels the request, for the reason that the listener gave */
  constructor(listener: CallListener, cancel: (reason: unknown) => void) {
    this.#listener = listener;
    this.#cancel = cancel;
  }

  /** Whether there is anything that it wants to hear. */
  get wanted(): boolean {
    return Object.keys(this.#listener).length > 0;
  }

  progress: Required<CallListener>['progress'] = (progress) => this.#tell(() => this.#listener.progress?.(progress));
  part: Required<CallListener>['part'] = (value) => this.#tell(() => this.#listener.part?.(value));
  output: Required<CallListener>['output'] = (text, stream) => this.#tell(() => this.#listener.output?.(text, stream));

  /** Settles when all that was told has been taken, or the signal aborts. Rejects with what the listener failed with. */
  async taken(signal: AbortSignal | undefined): Promise<void> {
    if (this.#pending.size > 0) await this.#drainedBefore(signal);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #tell(call: () => void | Promise<void>): void {
    if (this.#failure !== undefined) return;
    const taken = callListener(call, (error) => this.#fail(error));
    if (taken === undefined) return;
    this.#pending.add(taken);
    void taken.then(() => this.#pending.delete(taken));
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = new StintError('CANCELLED', `the request was cancelled: ${messageOf(error)}`, { cause: error });
    this.#cancel(error);
  }

  async #drainedBefore(signal: AbortSignal | undefined): Promise<void> {
    let forget: (() => void) | undefined;
    const aborted = new Promise<never>((_resolve, reject) => {
      if (signal?.aborted === true) reject(cancelled(signal.reason));
      else forget = signal && onAbort(signal, () => reject(cancelled(signal.reason)));
    });
    try {
      while (this.#pending.size > 0) await Promise.race([Promise.all(this.#pending), aborted]);
    } finally {
      forget?.();
    }
  }
}

const LONGEST_REASON = 1000;

/** What the kernel is told of the reason for which a request is cancelled. */
export function cancellation(requestId: string | number, reason: unknown): object {
  const text = reason instanceof Error ? messageOf(reason) : typeof reason === 'string' ? reason : undefined;
  return {
    method: 'notifications/cancelled',
    params: { requestId, ...(text === undefined ? {} : { reason: text.slice(0, LONGEST_REASON) }) },
  };
}
