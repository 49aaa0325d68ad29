/**
 * One client, on the kernel's side, whatever carries its messages.
 *
 * 1. What it asks for is carried out under its own limits, and is its own to cancel.
 * 2. When it ends, whatever it has in flight is cancelled; its sessions stay, until they have been idle for too long.
 */
import { StintError } from '../errors/stint-error.js';
import type { Account } from './account.js';
import type { CallListener, ClientListener, ClientState } from './call.js';
import { RPC_CODES } from './json-rpc.js';
import type { LogLevel } from './log.js';
import { METHODS } from './methods/index.js';
import { RpcFault } from './rpc-fault.js';
import type { Services } from './services.js';
import type { KernelCounter } from './stats.js';

/** See the top of the file. */
export class Peer implements ClientState {
  readonly id: string;
  readonly account: Account;
  readonly listener: ClientListener;
  readonly topics = new Set<string>();
  logLevel: LogLevel | undefined;
  readonly #services: Services;
  readonly #counter: KernelCounter;
  readonly #gone = new AbortController();
  readonly #onEnd: (peer: Peer) => void;
  /** Of this client: others may share its account. */
  #inFlight = 0;
  readonly #waiters: (() => void)[] = [];

  constructor(
    id: string,
    account: Account,
    services: Services,
    counter: KernelCounter,
    listener: ClientListener,
    onEnd: (peer: Peer) => void,
  ) {
    this.id = id;
    this.account = account;
    this.listener = listener;
    this.#services = services;
    this.#counter = counter;
    this.#onEnd = onEnd;
  }

  /** Aborts when the client is gone. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /**
   * Carries a request out. Throws, or rejects, with what it failed with.
   *
   * @param signal aborts when the client does not want it any more, or is gone
   */
  perform(method: string, params: object, signal: AbortSignal, listener: CallListener): unknown {
    this.account.spend();
    if (this.#gone.signal.aborted) throw new StintError('RUNTIME_CLOSED', 'the client is closed; make a new one');
    if (!Object.hasOwn(METHODS, method)) {
      throw new RpcFault(RPC_CODES.method, `there is no method ${JSON.stringify(method.slice(0, 100))}`);
    }
    const { control, run } = METHODS[method as keyof typeof METHODS];
    const call = { client: this, signal, listener };
    if (control) return this.#count(() => run(this.#services, params, call));
    return this.#work(() => run(this.#services, params, call));
  }

  /** Cancels what is in flight. */
  end(reason: string): void {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort(reason);
    this.#onEnd(this);
  }

  /** Settles when nothing is in flight. */
  async drained(): Promise<void> {
    while (this.#inFlight > 0) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** What is answered at once, also to a client that has all in flight that it may. */
  #count(run: () => unknown): unknown {
    try {
      return run();
    } catch (error) {
      this.#counter.failed += 1;
      throw error;
    } finally {
      this.#counter.answered += 1;
    }
  }

  async #work(run: () => unknown): Promise<unknown> {
    this.account.begin();
    this.#inFlight += 1;
    this.#counter.inFlight += 1;
    try {
      return await run();
    } catch (error) {
      this.#counter.failed += 1;
      throw error;
    } finally {
      this.#counter.answered += 1;
      this.#counter.inFlight -= 1;
      this.account.end();
      this.#inFlight -= 1;
      if (this.#inFlight === 0) for (const waiter of this.#waiters.splice(0)) waiter();
    }
  }
}
