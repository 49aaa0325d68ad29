import { messageOf } from '../errors/describe.js';
import type { Ledger } from '../ledger/ledger.js';
import type { BorrowedLedger } from '../ledger/shared-ledger.js';

/**
 * The ledger of a runtime, a daemon or a tool's call: loaded and opened when something is first to be recorded, given back with its owner. All of one
 * directory share it while it is open. Where there can be none that is
 * warned of, once, and things are not recorded; the next time it is tried again.
 */
export class OwnLedger {
  /** Undefined is the default one. */
  readonly directory: string | undefined;
  readonly #warn: (why: string) => void;
  #warned = false;
  #opening: Promise<BorrowedLedger | undefined> | undefined;

  /** @param warn told why there is none */
  constructor(directory: string | undefined, warn = warnProcess) {
    this.directory = directory;
    this.#warn = warn;
  }

  /** Undefined where there can be none. */
  async get(): Promise<Ledger | undefined> {
    this.#opening ??= this.#borrow();
    return (await this.#opening)?.ledger;
  }

  /** Tells, if that is the first time, that something is not recorded. */
  warn(trouble: unknown): void {
    if (!this.#warned) this.#warn(messageOf(trouble));
    this.#warned = true;
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    await (await opening)?.[Symbol.asyncDispose]();
  }

  async #borrow(): Promise<BorrowedLedger | undefined> {
    try {
      const { borrowLedger } = await import('../ledger/shared-ledger.js');
      return await borrowLedger(this.directory === undefined ? {} : { directory: this.directory });
    } catch (error) {
      this.#opening = undefined;
      this.warn(error);
      return undefined;
    }
  }
}

function warnProcess(why: string): void {
  process.emitWarning(`what outlives this process is not recorded: ${why}`, 'StintWarning');
}
