/**
 * What one client uses of the kernel.
 *
 * 1. Of each thing it has no more than the limits say; one more is `QUEUE_FULL`, and nothing of another client is touched.
 * 2. What was taken is given back once, when it is over.
 */
import { StintError } from '../errors/stint-error.js';
import { RateLimit } from '../tools/rate-limit.js';
import type { ResolvedKernelLimits } from './limits.js';

/** Who a client is to the kernel: all that come by one listener are the same. */
export interface Principal {
  readonly name: string;
  /** In the kernel's own process: it may name files and modules, and is not limited. */
  readonly local: boolean;
  /** Whether it may shut the kernel down. */
  readonly control: boolean;
}

/** See the top of the file. */
export class Account {
  readonly principal: Principal;
  readonly #limits: ResolvedKernelLimits;
  readonly #rate: RateLimit | undefined;
  #inFlight = 0;
  #scripts = 0;

  constructor(principal: Principal, limits: ResolvedKernelLimits) {
    this.principal = principal;
    this.#limits = limits;
    this.#rate = principal.local ? undefined : new RateLimit(limits.rate, 1000);
  }

  /** Counts one request against the rate. @throws StintError `QUEUE_FULL` */
  spend(): void {
    const waitMs = this.#rate?.take() ?? 0;
    if (waitMs === 0) return;
    const message = `the client sends more than ${this.#limits.rate} requests in a second; try again in ${Math.ceil(waitMs)} ms`;
    throw new StintError('QUEUE_FULL', message);
  }

  /** A request that takes time begins. @throws StintError `QUEUE_FULL` */
  begin(): void {
    if (!this.principal.local && this.#inFlight >= this.#limits.inFlight) {
      throw new StintError(
        'QUEUE_FULL',
        `the client has ${this.#inFlight} requests that are not answered; wait for one, or raise limits.inFlight`,
      );
    }
    this.#inFlight += 1;
  }

  /** It has ended. */
  end(): void {
    this.#inFlight -= 1;
  }

  /** Does something that keeps a script alive. @throws StintError `QUEUE_FULL` */
  async withScript<T>(work: () => Promise<T>): Promise<T> {
    if (!this.principal.local && this.#scripts >= this.#limits.scripts) {
      throw new StintError(
        'QUEUE_FULL',
        `the client has ${this.#scripts} live scripts; wait for one, or raise limits.scripts`,
      );
    }
    this.#scripts += 1;
    try {
      return await work();
    } finally {
      this.#scripts -= 1;
    }
  }
}
