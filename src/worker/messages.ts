import type { MessagePort } from 'node:worker_threads';
import type { RungName } from '../control/control-table.js';
import type { InterruptMeans } from '../control/interrupter.js';
import type { StopReason } from '../control/task-word.js';
import type { Answer, Call, EngineCounts, ModuleProgram, Program } from '../engines/engine.js';
import type { EngineOrder } from '../engines/load-engine.js';
import type { ErrorEnvelope } from '../errors/envelope.js';
import type { Permissions } from '../io/permissions.js';
import type { Transferable } from '../values/transfer.js';
import type { Value } from '../values/value.js';
import type { BufferMessage } from './shared-buffers.js';

/** How a worker thread is set up. */
export interface WorkerSetup {
  readonly thread: number;
  readonly control: SharedArrayBuffer;
  readonly means: InterruptMeans;
  readonly bell: MessagePort;
  /** The thread's end of its link: the memory holds the ring of what it receives, then that of what it sends. */
  readonly port: MessagePort;
  readonly rings: SharedArrayBuffer;
  /** How many synchronous calls the thread's tasks are nested in. */
  readonly depth: number;
  /** How many scripts may share a cell. */
  readonly cellSize: number;
  /** What the seeds of its first VMs are made of. */
  readonly random: Uint8Array;
  /** Bytes beyond which the thread is to be replaced when its tasks have ended; `Infinity` for never. */
  readonly recycleMemory: number;
  /** In a child process: the pipes between the thread and the owner. */
  readonly pipes?: PipeSetup;
}

/** Descriptors of a child process. */
export interface PipeSetup {
  readonly incoming: number;
  /** It blocks until what is written has gone. */
  readonly outgoing: number;
}

/** What tasks of one kind have in common: everything but their arguments. */
export interface Job {
  readonly program: Program | ModuleProgram;
  /** Bytes of output. */
  readonly outputLimit: number;
  /** Calls of host functions and events. */
  readonly callLimit: number;
  /** Milliseconds that a script without a deadline may go on without waiting; `Infinity` for any time. */
  readonly turnLimit: number;
  readonly permissions: Permissions;
  /** Whether others are to come with the very same job: then a thread is told of it once. */
  readonly recurs: boolean;
}

/** A task for a worker thread. */
export interface TaskOrder {
  readonly row: number;
  readonly number: number;
  /** The arguments, or what `pack` made of them. */
  readonly args: readonly unknown[] | Uint8Array;
  /** Milliseconds from the first moment in which the script runs; `Infinity` for no deadline. */
  readonly timeout: number;
  /** Whether the host wants to know when the task begins. */
  readonly announce: boolean;
}

/** What the host tells a worker thread. */
export type ToWorker =
  /** The compiled WebAssembly of an engine, before its first task. */
  | { op: 'engine'; engine: EngineOrder }
  /** A job that many tasks will have, and the number that stands for it from now on. */
  | { op: 'job'; id: number; job: Job }
  /** No number stands for a job any more. */
  | { op: 'forget' }
  | { op: 'start'; order: TaskOrder; job: Job | number }
  | { op: 'answer'; row: number; number: number; answer: Answer }
  /** A sign of life is wanted. */
  | { op: 'ask' }
  /** So many events, of so many bytes, have been delivered. */
  | { op: 'delivered'; row: number; number: number; events: number; bytes: number };

/** What goes to a worker thread of a child process by its pipe. */
export interface PipedMessage {
  readonly message: Extract<ToWorker, { op: 'start' | 'job' | 'forget' }> | BufferMessage;
  /** Whether the main thread of that process was told that it comes, because the worker is busy and may have to be interrupted. */
  readonly announced: boolean;
}

/** One event of a script. */
export interface SentEvent {
  readonly name: string;
  readonly args: Value[];
}

/** How the script itself came out, whatever the task's outcome is then. */
export type ScriptEnd =
  | { kind: 'completed'; value: Value; transfer?: readonly Transferable[]; isError?: true }
  | { kind: 'failed'; error: ErrorEnvelope; outOfMemory: boolean }
  /** It did not come to an end of its own. */
  | { kind: 'stopped' };

/** The end of a task, as its thread saw it. */
export interface TaskReport {
  readonly end: ScriptEnd;
  /** Why the task was asked to end; `none` if it was not. */
  readonly reason: StopReason;
  readonly rung: RungName;
  /** When the script began and ended, on the process's monotonic clock; 0 if it never began. */
  readonly beganAt: number;
  readonly endedAt: number;
  /** Milliseconds that the thread spent in the script. */
  readonly cpuMs: number;
  readonly peakMemory: number;
  readonly outputBytes: number;
  readonly hostCalls: number;
  /** Whether something of the task may be left on the thread that can only be ended with it. */
  readonly spoilsThread: boolean;
  /** Whether the thread holds more memory than it may keep. */
  readonly holdsTooMuch: boolean;
}

/** What a worker thread tells the host. */
export type ToHost =
  | { op: 'began'; row: number; number: number }
  /** A task that was taken back has been dropped: its row can be used again. */
  | { op: 'dropped'; row: number; number: number }
  | { op: 'waiting'; row: number; number: number }
  /** A waiting task has something to do again. */
  | { op: 'woken'; row: number; number: number }
  | { op: 'call'; row: number; number: number; call: Call }
  | { op: 'events'; row: number; number: number; events: SentEvent[]; bytes: number }
  | { op: 'output'; row: number; number: number; stream: 'stdout' | 'stderr'; text: string }
  | {
      op: 'ended';
      row: number;
      number: number;
      report: TaskReport;
    }
  /** It has been asked, and lives. */
  | { op: 'here' }
  /** The thread has read the files that it was to read. */
  | { op: 'loaded' }
  /** What an engine of the thread holds now; `engine`: its place in the list of names. Where the owner cannot see the thread's board. */
  | { op: 'counts'; engine: number; counts: EngineCounts };
