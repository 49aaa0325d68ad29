import { StopReason } from '../control/task-word.js';
import type { HostGroup } from '../hosts/host-group.js';
import type { TaskRun } from './task-run.js';

/** How long a thread that blocks does not look at what else there is, in ms. Between two slices the inspector gets through to it. */
const SLICE_MS = 10;

/**
 * Blocks the thread until a task has its outcome, and does what the event loop would do meanwhile.
 *
 * @param hosts those that the task runs on
 * @param cancel ends the task as soon as its first element is not 0
 * @throws the error of the outcome
 */
export function blockFor(task: TaskRun, hosts: HostGroup<TaskRun>, cancel?: Int32Array): unknown {
  for (;;) {
    const { final } = task;
    if (final?.error !== undefined) {
      // Who called says more than how its end came to be known.
      Error.captureStackTrace(final.error, blockFor);
      throw final.error;
    }
    if (final !== undefined) return final.value;
    if (cancel !== undefined && Atomics.load(cancel, 0) !== 0) {
      task.requestStop(StopReason.cancelled, 'options.cancel was set');
    }
    hosts.turn(task.row, SLICE_MS);
  }
}
