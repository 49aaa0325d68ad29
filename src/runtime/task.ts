import type { Outcome } from './outcome.js';
import type { Duration } from './units.js';

/**
 * Where a task stands. `ready`: started, its place in the queue not known yet; `queued`: waits for a
 * slot or a thread; `waiting`: live, but with nothing to do until something happens; `stopping`:
 * between a request to end and the end.
 */
export type TaskState = 'ready' | 'queued' | 'running' | 'waiting' | 'stopping' | 'ended';

/** One execution of a script, or of a module's function. Leaving its `await using` block cancels it and waits for its end. */
export interface Task<T = unknown> extends AsyncDisposable, AsyncIterable<unknown> {
  /** Never used again for another task of this process. */
  readonly id: string;
  readonly state: TaskState;
  /** What the script returned. Rejects with the outcome's `StintError` if it did not complete. */
  readonly result: Promise<T>;
  /** How the task ended. Never rejects. */
  readonly outcome: Promise<Outcome<T>>;
  /**
   * What a module's generator function yields, as it comes. The task waits when 16 parts are not taken; leaving the loop
   * cancels it. Ends with the result, or throws the outcome's error.
   */
  [Symbol.asyncIterator](): AsyncIterator<unknown>;
  /** The tasks that host functions started for it (`this.start`) and that have not ended. */
  readonly children: readonly Task[];
  /**
   * Gives a task that has begun a new deadline, counted from now, in place of the one it has; `null`: none. Changes nothing for one that
   * has not begun, whose timeout is still to come, or that has ended.
   */
  extend(timeout: Duration | null): void;
  /** Makes the task end. Settles with its outcome, which may still be `completed` if the script was faster. */
  cancel(reason?: unknown): Promise<Outcome<T>>;
}

/** What a runtime tells its listeners about a task. */
export type TaskEvent =
  | { readonly type: 'queued' | 'started'; readonly id: string }
  | { readonly type: 'ended'; readonly id: string; readonly outcome: Outcome };
