import type { StopReason } from '../control/task-word.js';
import type { EngineCounts } from '../engines/engine.js';
import type { Job, TaskOrder, ToWorker } from '../worker/messages.js';
import type { FromCarrier } from './carrier.js';

/** How a child process is set up. */
export interface ChildSettings {
  /** How many tasks it may have at once. */
  readonly slots: number;
  readonly grace: number;
  readonly quantum: number;
  readonly cellSize: number;
  /** Bytes that V8's heap may hold in its thread; undefined for V8's own default. */
  readonly heap: number | undefined;
}

/** What the owner tells a child process. Rows and numbers are the owner's. */
export type ToChild =
  | { op: 'setup'; settings: ChildSettings }
  | { op: 'job'; id: number; job: Job }
  | { op: 'forget' }
  | { op: 'start'; order: TaskOrder; job: Job | number }
  /** `grace`: the owner's, as it is now. */
  | { op: 'stop'; row: number; number: number; reason: StopReason; grace: number }
  | Extract<ToWorker, { op: 'answer' | 'delivered' }>;

/** What a child process tells its owner. */
export type FromChild =
  /** It has its thread, and its engines are compiled. */
  | { op: 'ready' }
  | FromCarrier
  /** What an engine of its holds now. `engine`: its place in the list of names. */
  | { op: 'counts'; engine: number; counts: EngineCounts };
