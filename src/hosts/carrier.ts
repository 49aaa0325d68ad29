import type { StopReason } from '../control/task-word.js';
import type { EngineName } from '../engines/engine-name.js';
import type { EngineOrder } from '../engines/load-engine.js';
import type { Transferable } from '../values/transfer.js';
import type { Job, TaskOrder, ToHost, ToWorker } from '../worker/messages.js';

/** What a carrier tells of a task. */
export type TaskMessage = Exclude<ToHost, { op: 'counts' | 'here' | 'loaded' }>;

/** What runs a host's tasks: a worker thread, or a child process. It is told what to do, and tells what becomes of it. */
export interface Carrier {
  readonly isGone: boolean;
  /** What it died of, if that is known. */
  readonly cause: Error | undefined;
  /** The rung on which it is ended. */
  readonly lastRung: 'terminate' | 'kill';
  /** Whether tasks may be sent to it while another holds it, and can be taken back then. */
  readonly takesAhead: boolean;
  /** Whether it compiles an engine itself. */
  compiles(name: EngineName): boolean;
  /** Has it keep the process alive, or not. */
  keepAlive(keep: boolean): void;
  /** Hands over an engine's compiled WebAssembly, once. */
  addEngine(engine: EngineOrder): void;
  /**
   * Hands a task over.
   *
   * @throws DataCloneError if its arguments cannot be cloned: it hears nothing of the task then
   */
  start(order: TaskOrder, job: Job, transfer: readonly Transferable[]): void;
  /** Says that a task was asked to end, where that is not seen in the table. */
  stop(row: number, number: number, reason: StopReason): void;
  /** Gives a task another deadline, so many milliseconds from now. */
  extend(row: number, number: number, ms: number): void;
  /** Posts something that a script may be blocking its thread for. */
  tell(message: ToWorker): void;
  /** Takes what it has sent, on a thread that blocks, and is not called for what it sends until {@link leave}. True if that was anything. */
  receive(): boolean;
  /** Blocks the calling thread until it sends something, but no longer than so many milliseconds. */
  block(ms: number): void;
  /** Takes what it has sent, on a thread that does not block (any more): that is called when it sends something. */
  leave(): void;
  /** Ends it; settles when it is gone. @param atOnce whatever it is doing: else it may finish reading files, which would stay open */
  terminate(atOnce: boolean): Promise<void>;
}

/**
 * Makes the carrier of a host.
 *
 * @param receive takes what it sends
 * @param onExit called when it is gone, after what it sent was taken
 */
export type CarrierMaker = (index: number, receive: (message: TaskMessage) => void, onExit: () => void) => Carrier;
