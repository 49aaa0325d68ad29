/**
 * The port between a worker thread and a language. An engine makes VMs; a VM runs one script from
 * its start to its end.
 *
 * 1. Every method runs on the worker thread. Only `Vm.stop` may run in the middle of another one:
 *    an interrupt calls it between two instructions of the script.
 * 2. After `stop`, `resume` returns `stopped` as soon as the language allows; no handler of the
 *    script can prevent that, except by staying where the language cannot be interrupted. For that
 *    the thread's stack is unwound from outside (rung *break*) and the worker calls `discard`.
 * 3. `close` gives the script's own clean-up (`<close>`, finalizers) a chance to run. A `stop`
 *    during `close` cuts that short. After `close` or `discard` nothing of the VM is left.
 */
import type { ErrorEnvelope } from '../errors/envelope.js';
import type { ScriptLanguage, StintError } from '../errors/stint-error.js';
import type { Transferable } from '../values/transfer.js';
import type { Value } from '../values/value.js';

/** A script and what it is given. */
export interface Program {
  readonly language: ScriptLanguage;
  /** The source. Bytes are taken to be UTF-8 (Lua: taken as they are). */
  readonly code: string | Uint8Array;
  /** What the source is called in tracebacks: a file's name, or `script`. */
  readonly name: string;
  /** The most memory the script may use, in bytes. */
  readonly memory: number;
  /** Names of the host functions that the script may call and wait for. Default: none. */
  readonly functions?: readonly string[];
  /** Names of the events that the script may send. Default: none. */
  readonly events?: readonly string[];
}

/** An exported function of a module, run by V8 itself: trusted code. */
export interface ModuleProgram {
  readonly language: 'module';
  /** `file:` URL. */
  readonly url: string;
  readonly exportName: string;
  /** Counts how often modules were declared stale: one that was loaded under a lower number is loaded anew. */
  readonly generation: number;
  readonly memory: number;
  readonly functions?: readonly string[];
  readonly events?: readonly string[];
}

/** A call that goes out of a script: of a host function, an event, what every script has (`sleep`), or what the host keeps for it. */
export interface Call {
  /** Counts up within the script. */
  readonly id: number;
  readonly kind: 'function' | 'event' | 'builtin' | 'channel' | 'scratch' | 'part' | 'tool';
  readonly name: string;
  readonly args: Value[];
  /** The open thing that it is a call of, for `connection.read` and the like. */
  readonly handle?: number | undefined;
}

/** What came of a call. */
export type Answer = { readonly id: number } & (
  | { readonly kind: 'value'; readonly value: Value }
  /** Something that the script can use until it or the host closes it. */
  | { readonly kind: 'handle'; readonly type: HandleType; readonly handle: number }
  | { readonly kind: 'error'; readonly error: CallError }
);

export type HandleType = 'connection' | 'listener';

/** An error as the script gets to see it: nothing of the host's stack. */
export interface CallError {
  readonly message: string;
  readonly name?: string;
  readonly code?: string;
}

/** What a VM may ask of the worker that runs it. */
export interface VmHost {
  /**
   * Takes output. False when the script has reached its output limit: the VM has been told to stop
   * and must let go of the script as after any `stop`.
   */
  write(text: string, stream: 'stdout' | 'stderr'): boolean;
  /** Whether the task has been asked to end. Cheap: one atomic load. */
  stopRequested(): boolean;
  /** Whether the task's slice is over: true once for each. For VMs that nothing can interrupt. */
  preemptRequested(): boolean;
  /**
   * Takes a call. `pending`: its answer comes with a later `resume`, or through {@link answerTo}. `refused`: the script has
   * made all the calls that it may; the VM has been told to stop, as by {@link write}. Else the answer at once.
   *
   * @param canWait whether the VM can be left while the call is pending
   */
  call(call: Call, canWait: boolean): 'pending' | 'refused' | Answer;
  /**
   * Blocks the thread until a pending call has its answer, for a VM that cannot be left in the middle of what it does.
   * Undefined if the task has to end instead.
   */
  answerTo(id: number): Answer | undefined;
  /** Has the VM resumed, although no answer has come: something happened that the script has to hear of. */
  wake(): void;
}

/** What a VM may ask that goes on by itself in the thread's event loop (step `held`). */
export interface EventLoopVmHost extends VmHost {
  /** Why the task has been asked to end. */
  stopError(): StintError;
  /** It has come to its end. */
  settled(end: Step): void;
  /** It has nothing to do until a call is answered: others may have its thread. */
  rests(): void;
}

/** How `resume` came back. */
export type Step =
  /** The script is done. `isError`: the value is an error that was packed, as a clone would lose what it is. */
  | {
      readonly kind: 'completed';
      readonly value: Value;
      readonly transfer?: readonly Transferable[];
      readonly isError?: true;
    }
  /** The script failed. `outOfMemory` if it asked for more than its limit and did not recover. */
  | { readonly kind: 'failed'; readonly error: ErrorEnvelope; readonly outOfMemory: boolean }
  /** The script was stopped before it was done. */
  | { readonly kind: 'stopped' }
  /** The script used up its portion and wants to be resumed. */
  | { readonly kind: 'runnable' }
  /** The script waits for something that has not happened. */
  | { readonly kind: 'waiting' }
  /** It goes on by itself in the thread's event loop, and calls `VmHost.settled` at its end. */
  | { readonly kind: 'held' };

/** One virtual machine with one script in it. */
export interface Vm {
  /**
   * Runs the script until it ends, waits, or has used up a portion.
   *
   * @param answers to calls that were pending, in the order in which they came
   */
  resume(answers: readonly Answer[]): Step;
  /** Raises inside the VM, now. When no code of the script is running, the next `resume` or `close` does it. */
  stop(): void;
  /** Has `resume` return soon with `runnable`, where the language can. May be called as `stop` may. */
  preempt(): void;
  /** Lets the script clean up, then frees the VM. */
  close(): void;
  /** Drops the VM without running anything of it: its state is not to be trusted any more. */
  discard(): void;
  /** Whether {@link preempt} does anything. */
  readonly preemptible: boolean;
  /** Whether `close` would run code of the script: else a `discard` does as well. */
  readonly cleansUp: boolean;
  /** Ends it with an error that nothing in the thread has caught, if it goes on by itself. */
  fail?(thrown: unknown): void;
  /** Runs what it deferred, now that it was broken off or did not end. Undefined if there is nothing to wait for. */
  cleanUp?(): Promise<void> | undefined;
  /** Whether it ends by itself when it has been told to, and only what is left after the grace has to be dropped. */
  readonly endsItself?: boolean;
  /** The most memory that the script has used so far, in bytes. */
  readonly peakMemory: number;
}

/** What runs a language. One for each worker thread. */
export interface Engine {
  /**
   * Makes a VM for a program and its arguments, from a spare if one is ready. The program has not run yet: what is
   * wrong with it (a syntax error, arguments that do not fit in its memory) is told by `resume`.
   */
  create(program: Program, args: readonly Value[], host: VmHost): Vm | Promise<Vm>;
  /**
   * Makes spare VMs, so that the next `create` costs next to nothing. Called when the thread is idle.
   *
   * @param most how many there are to be at most; default: as many as the engine keeps
   */
  prepare(most?: number): void;
  /** Counts for `stats()` and for leak checks. */
  counts(): EngineCounts;
}

/** What an engine holds at the moment. */
export interface EngineCounts {
  /** VMs that were created and neither closed nor discarded, spares not counted. */
  readonly live: number;
  /** VMs kept ready. */
  readonly spare: number;
  /** WebAssembly instances made so far (of modules: how often one was loaded). */
  readonly instances: number;
  /** Size of the largest function table among the engine's instances; it must not grow. */
  readonly tableSize: number;
}
