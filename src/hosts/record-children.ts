import type { ChildProcess } from 'node:child_process';
import type { OwnLedger } from './own-ledger.js';

/**
 * Has a child process launched when it is recorded what is.
 *
 * @param launch launches it, with these variables in its environment
 * @returns what forgets the record when the process is gone
 */
export type RecordChild = (
  launch: (mark: Readonly<Record<string, string>>) => ChildProcess,
) => Promise<() => Promise<void>>;

/** Records child processes: should one not notice that its owner died, the guardian of the ledger ends it. */
export function recordChildren(own: OwnLedger): RecordChild {
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
        const recorded = await spawnRecorded(ledger, 'stint child process', launchOnce);
        return () => recorded.release();
      }
    } catch (error) {
      if (launched) throw error;
      own.warn(error);
    }
    launch({});
    return async () => undefined;
  };
}
