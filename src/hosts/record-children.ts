import type { ChildProcess } from 'node:child_process';
import type { OwnLedger } from './own-ledger.js';

/** The characters of a command that the ledger takes. */
const LONGEST_COMMAND = 200;

/**
 * Has a child process launched when it is recorded what is.
 *
 * @param launch launches it, with these variables in its environment
 * @returns what forgets the record when the process is gone; it does not reject
 */
export type RecordChild = (
  launch: (mark: Readonly<Record<string, string>>) => ChildProcess,
) => Promise<() => Promise<void>>;

/**
 * Records child processes: should one not notice that its owner died, the guardian of the ledger ends it.
 *
 * @param command what they run, for people
 */
export function recordChildren(own: OwnLedger, command: string): RecordChild {
  return async (launch) => {
    const ledger = await own.get();
    let launched = false;
    const launchOnce = (mark: Readonly<Record<string, string>>): ChildProcess => {
      launched = true;
      return launch(mark);
    };
    try {
      if (ledger !== undefined) {
        const { spawnRecorded } = await import('../ledger/child.js');
        const recorded = await spawnRecorded(ledger, command.slice(0, LONGEST_COMMAND), launchOnce);
        // What cannot be released now is so when the ledger is closed, or that says why not.
        return () => recorded.release().catch((error: Error) => process.emitWarning(error));
      }
    } catch (error) {
      if (launched) throw error;
      own.warn(error);
    }
    launch({});
    return async () => undefined;
  };
}
