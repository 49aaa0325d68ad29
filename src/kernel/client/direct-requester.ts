import { isStintError, StintError } from '../../errors/stint-error.js';
import type { CallListener } from '../call.js';
import type { Peer } from '../peer.js';
import { fromRpcError, RpcFault, toRpcError } from '../rpc-fault.js';
import type { NewsListener, Requester, RequestOptions } from './requester.js';

const NO_LISTENER: CallListener = {};

/** The way to a kernel of the same process: values go as they are, without being written out. */
export class DirectRequester implements Requester {
  news: NewsListener | undefined;
  readonly #peer: Peer;
  #tellClosed!: (error: undefined) => void;
  readonly closed = new Promise<undefined>((resolve) => {
    this.#tellClosed = resolve;
  });

  get local(): boolean {
    return this.#peer.account.principal.local;
  }

  /** @param admit makes the kernel's side; gets where the news go */
  constructor(admit: (news: NewsListener) => Peer) {
    this.#peer = admit({
      event: (topic, data) => this.news?.event(topic, data),
      log: (level, logger, data) => this.news?.log(level, logger, data),
    });
    this.#peer.signal.addEventListener('abort', () => this.#tellClosed(undefined), { once: true });
  }

  async request(
    method: string,
    params: object,
    { signal, listener = NO_LISTENER }: RequestOptions = {},
  ): Promise<unknown> {
    if (signal?.aborted === true) throw cancelled(signal.reason);
    const own = this.#peer.signal;
    try {
      return await this.#peer.perform(
        method,
        params,
        signal === undefined ? own : AbortSignal.any([own, signal]),
        listener,
      );
    } catch (error) {
      if (isStintError(error)) throw error;
      throw error instanceof RpcFault ? fromRpcError(toRpcError(error)) : error;
    }
  }

  async close(): Promise<void> {
    this.#peer.end('the client was closed');
    await this.#peer.drained();
  }
}

/** The error of a request that was cancelled before it was sent. */
export function cancelled(reason: unknown): StintError {
  return isStintError(reason) ? reason : new StintError('CANCELLED', 'the request was cancelled', { cause: reason });
}
