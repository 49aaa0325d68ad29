import type { Outcome } from '../runtime/outcome.js';

/** The exit statuses of the command line. */
export const EXIT = {
  completed: 0,
  failed: 1,
  usage: 2,
  runtime: 3,
  timedOut: 124,
  interrupted: 130,
  outOfMemory: 137,
} as const;

/** Which status wins when several tasks ended differently. */
const PRECEDENCE: readonly number[] = [
  EXIT.interrupted,
  EXIT.runtime,
  EXIT.outOfMemory,
  EXIT.timedOut,
  EXIT.failed,
  EXIT.usage,
];

/** The status for one outcome. */
export function statusOf(outcome: Outcome): number {
  switch (outcome.kind) {
    case 'completed':
      return EXIT.completed;
    case 'timed-out':
      return EXIT.timedOut;
    case 'cancelled':
      return EXIT.interrupted;
    case 'out-of-memory':
    case 'lost':
      return EXIT.outOfMemory;
    case 'failed':
      return failedStatus(outcome);
  }
}

/** The status for several. */
export function worst(statuses: Iterable<number>): number {
  const all = new Set(statuses);
  return PRECEDENCE.find((status) => all.has(status)) ?? EXIT.completed;
}

function failedStatus({ error }: Outcome): number {
  // Said to a script, and not caught there.
  if (error?.language !== undefined) return EXIT.failed;
  switch (error?.code) {
    case 'INVALID_ARGUMENT':
      return EXIT.usage;
    case 'DEPENDENCY_MISSING':
    case 'RUNTIME_CLOSED':
    case 'QUEUE_FULL':
      return EXIT.runtime;
    default:
      return EXIT.failed;
  }
}
