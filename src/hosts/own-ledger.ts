import { messageOf } from '../errors/describe.js';
import type { Ledger } from '../ledger/ledger.js';

/**
 * A runtime's ledger: loaded and opened when something is first to be recorded, closed with the runtime. Where there can be none that is warned of, once, and
 * things are not recorded.
 */
export class OwnLedger {
  readonly #directory: string | undefined;
  #opening: Promise<Ledger | undefined> | undefined;

  /** @param directory undefined for the default one */
  constructor(directory: string | undefined) {
    this.#directory = directory;
  }

  /** Undefined where there can be none. */
  get(): Promise<Ledger | undefined> {
    this.#opening ??= openIfPossible(this.#directory);
    return this.#opening;
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    await (await opening)?.close();
  }
}

async function openIfPossible(directory: string | undefined): Promise<Ledger | undefined> {
  try {
    const { openLedger } = await import('../ledger/ledger.js');
    return await openLedger(directory === undefined ? {} : { directory });
  } catch (error) {
    process.emitWarning(`what outlives this process is not recorded: ${messageOf(error)}`, 'StintWarning');
    return undefined;
  }
}
