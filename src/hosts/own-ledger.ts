import { messageOf } from '../errors/describe.js';
import type { Ledger } from '../ledger/ledger.js';

/**
 * The ledger of a runtime, or of a daemon: loaded and opened when something is first to be recorded, closed with its owner. Where there can be none that is
 * warned of, once, and things are not recorded; the next time it is tried again.
 */
export class OwnLedger {
  readonly #directory: string | undefined;
  readonly #warn: (why: string) => void;
  #warned = false;
  #opening: Promise<Ledger | undefined> | undefined;

  /** @param directory undefined for the default one @param warn told why there is none */
  constructor(directory: string | undefined, warn = warnProcess) {
    this.#directory = directory;
    this.#warn = warn;
  }

  /** Undefined where there can be none. */
  get(): Promise<Ledger | undefined> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** Tells, if that is the first time, that something is not recorded. */
  warn(trouble: unknown): void {
    if (!this.#warned) this.#warn(messageOf(trouble));
    this.#warned = true;
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    await (await opening)?.close();
  }

  async #open(): Promise<Ledger | undefined> {
    try {
      const { openLedger } = await import('../ledger/ledger.js');
      return await openLedger(this.#directory === undefined ? {} : { directory: this.#directory });
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
