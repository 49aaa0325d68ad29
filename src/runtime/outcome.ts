import type { StintError } from '../errors/stint-error.js';

/** How a task can end. `lost`: its thread or process died under it. */
export type OutcomeKind = 'completed' | 'failed' | 'timed-out' | 'cancelled' | 'out-of-memory' | 'lost';

/** How far a task had to be taken up the ladder. */
export type Rung = 'stop' | 'break' | 'terminate' | 'kill';

/** What a task has used. */
export interface Usage {
  /** Milliseconds from the start to the first moment in which the script ran. */
  readonly queuedMs: number;
  /** Milliseconds from then to the end, waiting included. */
  readonly runMs: number;
  /** Milliseconds that a thread spent in the script. */
  readonly cpuMs: number;
  /** Bytes: the most memory that the VM used. */
  readonly peakMemory: number;
  readonly hostCalls: number;
  readonly outputBytes: number;
}

/** The one end of a task. */
export interface Outcome<T = unknown> {
  readonly kind: OutcomeKind;
  /** What the script returned, if it completed. */
  readonly value?: T;
  /** Why it did not complete. */
  readonly error?: StintError;
  /** For a task that was made to end while it was live: the last rung that was needed. */
  readonly rung?: Rung;
  readonly usage: Usage;
}
