/**
 * What goes between a thread that calls synchronously and the main thread, which runs such calls of all threads on one shared runtime.
 *
 * 1. A call is run once: by the main thread, which takes it, or by the thread itself, which takes it back. A compare-and-swap decides.
 * 2. Its answer is there before its bell says so.
 */
import type { ErrorEnvelope } from '../errors/envelope.js';
import type { RunOptions } from './run-options.js';
import type { LoadedSource } from './source.js';

/** Under this name the main thread leaves its door for threads that are made later, and hears their calls. */
export const DOOR_NAME = 'stint/shared-calls/1';

/** Where a call stands: the first number of its bell. */
export const CallState = { offered: 0, taken: 1, answered: 2, withdrawn: 3 } as const;

/** A call's bell: its state, and a number that grows whenever the main thread is asked whether it is there. */
export const BELL = { state: 0, signs: 1, words: 2 } as const;

export type SharedCall =
  | {
      readonly op: 'call';
      /** The channel that the answer is to come by. */
      readonly reply: string;
      readonly bell: Int32Array;
      /** The thread that waits. */
      readonly threadId: number;
      readonly source: LoadedSource | { readonly module: string; readonly export: string };
      readonly options: RunOptions;
    }
  | { readonly op: 'cancel' | 'look'; readonly reply: string };

export type SharedAnswer = { readonly value: unknown } | { readonly error: ErrorEnvelope };
