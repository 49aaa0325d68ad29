import type { MessagePort } from 'node:worker_threads';

/** What the host's thread tells the interrupter. */
export type ToInterrupter =
  | { op: 'watch'; table: number; buffer: SharedArrayBuffer }
  | { op: 'unwatch'; table: number }
  /** A thread was started, or replaced the one that had its index. It rings through `bell`. */
  | { op: 'thread'; table: number; thread: number; name: string; bell: MessagePort }
  /** A thread is gone. */
  | { op: 'gone'; table: number; thread: number; name: string }
  /** Look at the table now. */
  | { op: 'look'; table: number; why: LookReason }
  /** The process is about to exit: let go of the main thread, then set and notify `done`. */
  | { op: 'quit'; done: Int32Array };

/** What the interrupter tells the host's thread. */
export type FromInterrupter =
  | { op: 'terminate'; table: number; thread: number }
  /** It has read its files: ended before that it would leave one open. */
  | { op: 'loaded' };

/** Why a table has to be looked at: a task was asked to end or has a new deadline, or a thread has come to be wanted. */
export type LookReason = 'task' | 'slice';

/**
 * What goes through a thread's bell. From the thread: the interrupter has to look at the table earlier than it would. To the
 * thread (`null`), where the inspector is not to be had: it has been called for something. That arrives when the thread is idle,
 * so it ends tasks that wait; those that run poll the control table.
 */
export type Ring = LookReason | null;

/** How the interrupter is set up. */
export interface InterrupterData {
  /** Whether the inspector may be used; without it a VM has to poll. */
  readonly inspector: boolean;
  /** The way to the host's thread and back. A thread that blocks can take messages out. */
  readonly port: MessagePort;
}

/** The worker threads' global function that an interrupt calls. The control table tells it what for. */
export const INTERRUPT_FUNCTION = 'stint.interrupt';

/** Worker threads that can be interrupted carry a name that begins like this. */
export const THREAD_NAME_PREFIX = 'stint-';
