import type { ControlTable } from '../control/control-table.js';
import type { InterrupterLease } from '../control/interrupter.js';
import { StopReason } from '../control/task-word.js';
import type { Dispatcher } from '../hosts/dispatcher.js';
import type { ThreadPool } from '../hosts/thread-pool.js';
import type { TaskRun } from './task-run.js';

/** What of a runtime goes on while its thread blocks. */
export interface Blocked {
  readonly table: ControlTable;
  readonly interrupter: InterrupterLease;
  readonly dispatcher: Dispatcher<TaskRun>;
  readonly pool: ThreadPool;
}

/** How long a thread that blocks does not look at what else there is, in ms. */
const SLICE_MS = 10;

/**
 * Blocks the thread until a task has its outcome, and does what the event loop would do meanwhile.
 *
 * @param cancel ends the task as soon as its first element is not 0
 * @throws the error of the outcome
 */
export function blockFor(
  task: TaskRun,
  { table, interrupter, dispatcher, pool }: Blocked,
  cancel?: Int32Array,
): unknown {
  for (;;) {
    const { final, row } = task;
    if (final?.error !== undefined) throw final.error;
    if (final !== undefined) return final.value;
    if (cancel !== undefined && Atomics.load(cancel, 0) !== 0) {
      task.requestStop(StopReason.cancelled, 'options.cancel was set');
    }
    interrupter.receive();
    dispatcher.dispatch();
    // In slices: between two of them the inspector gets through to this thread.
    pool.receive(row === undefined ? undefined : table.thread(row), SLICE_MS);
  }
}
