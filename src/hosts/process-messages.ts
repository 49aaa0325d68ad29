import type { StopReason } from '../control/task-word.js';
import type { Thrown } from '../errors/thrown.js';
import type { ToWorker } from '../worker/messages.js';
import type { Recycling } from './recycling.js';

/** How a child process is set up. */
export interface ChildSettings {
  /** How many rows its control table has: as many as the owner's, and those of the rehearsal after these. */
  readonly rows: number;
  readonly grace: number;
  readonly quantum: number;
  readonly cellSize: number;
  /** Bytes that V8's heap may hold in its thread; undefined for V8's own default. */
  readonly heap: number | undefined;
  readonly recycle: Pick<Recycling, 'memory'>;
}

/** What the owner tells the main thread of a child process. Tasks come to its worker thread by a pipe. */
export type ToChild =
  | { op: 'setup'; settings: ChildSettings }
  /** A task has been sent to the worker while that had others. */
  | { op: 'announce' }
  /** `grace`: the owner's, as it is now. */
  | { op: 'stop'; row: number; number: number; reason: StopReason; grace: number }
  /** Another deadline, counted from now. */
  | { op: 'extend'; row: number; number: number; ms: number }
  | Extract<ToWorker, { op: 'answer' | 'ask' | 'delivered' }>;

/** What the main thread of a child process tells its owner. */
export type FromChild =
  /** Its engines are compiled, and its worker thread has been started with them. */
  | { op: 'ready' }
  /** It has been asked, and its worker thread is busy with a task. */
  | { op: 'here' }
  /** Its worker thread is gone, and so will it be. */
  | { op: 'dying'; cause: Thrown | undefined };

/** Which descriptors a child process has beside the standard ones and its channel: what its worker thread reads and writes. */
export const PIPES = { incoming: 4, outgoing: 5 } as const;
