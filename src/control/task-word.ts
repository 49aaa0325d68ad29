/**
 * The word that says where a task stands, as 32 bits in shared memory: the task's number, why it was
 * asked to end, and its state. One compare-and-swap makes one transition, so that a completion, a
 * deadline and a cancel that race produce one outcome.
 */

/** States, in the order in which a task can pass through them. */
export const State = {
  /** The row belongs to no task. */
  free: 0,
  /** A thread has the task but has not begun it. */
  queued: 1,
  running: 2,
  waiting: 3,
  /** Asked to end; the script may still clean up. */
  stopping: 4,
  /** The thread's stack is about to be unwound from outside. */
  breaking: 5,
  ended: 6,
} as const;
export type State = (typeof State)[keyof typeof State];

/** Why a task was asked to end. */
export const StopReason = { none: 0, timeout: 1, cancelled: 2, closed: 3, outputLimit: 4, hostCallLimit: 5 } as const;
export type StopReason = (typeof StopReason)[keyof typeof StopReason];

const REASON_SHIFT = 3;
const NUMBER_SHIFT = 6;
const BITS = 7;

/** Task numbers run from 1 to this and then start again; a row sees the same number again after 67 million tasks. */
export const LAST_NUMBER = 2 ** (32 - NUMBER_SHIFT) - 1;

export function packWord(number: number, state: State, reason: StopReason = StopReason.none): number {
  return (number << NUMBER_SHIFT) | (reason << REASON_SHIFT) | state;
}

export function stateOf(word: number): State {
  return (word & BITS) as State;
}

export function reasonOf(word: number): StopReason {
  return ((word >> REASON_SHIFT) & BITS) as StopReason;
}

export function numberOf(word: number): number {
  return word >>> NUMBER_SHIFT;
}
