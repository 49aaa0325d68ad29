import type { ChildProcess } from 'node:child_process';
import { messageOf } from '../errors/describe.js';
import { spawnRecorded } from '../ledger/child.js';
import { type Ledger, openLedger } from '../ledger/ledger.js';

/**
 * Has a child process launched when it is recorded what is.
 *
 * @param launch launches it, with these variables in its environment
 * @returns what forgets the record when the process is gone
 */
export type RecordChild = (
  launch: (mark: Readonly<Record<string, string>>) => ChildProcess,
) => Promise<() => Promise<void>>;

/**
 * The record of a runtime's child processes: should one not notice that its owner died, the guardian of the ledger ends it. Where there can be no
 * ledger that is warned of, and the processes are launched nevertheless.
 */
export class RecordedChildren {
  readonly #directory: string | undefined;
  #ledger: Promise<Ledger | undefined> | undefined;

  /** @param directory of the ledger; undefined for the default one */
  constructor(directory: string | undefined) {
    this.#directory = directory;
  }

  readonly record: RecordChild = async (launch) => {
    this.#ledger ??= openIfPossible(this.#directory);
    const ledger = await this.#ledger;
    if (ledger === undefined) {
      launch({});
      return async () => undefined;
    }
    const recorded = await spawnRecorded(ledger, 'stint child process', launch);
    return () => recorded.release();
  };

  async close(): Promise<void> {
    await (await this.#ledger)?.close();
  }
}

async function openIfPossible(directory: string | undefined): Promise<Ledger | undefined> {
  try {
    return await openLedger(directory === undefined ? {} : { directory });
  } catch (error) {
    process.emitWarning(`child processes are not recorded: ${messageOf(error)}`, 'StintWarning');
    return undefined;
  }
}
