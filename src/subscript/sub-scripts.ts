/**
 * Lua sub-scripts with the calling surface of a well-known desktop host: launch, abort, callbacks.
 *
 * 1. An id is never used again.
 * 2. Every launch that got an id has exactly one final callback, after all its calls; then it is no longer running.
 * 3. Only nil, booleans, numbers and strings cross.
 */

import { invalid } from '../errors/invalid.js';
import type { Outcome } from '../runtime/outcome.js';
import type { RunOptions } from '../runtime/run-options.js';
import { Runtime } from '../runtime/runtime.js';
import type { Task } from '../runtime/task.js';
import type { Value } from '../values/value.js';
import { LOADER } from './loader.js';
import { readNames } from './names.js';
import { MOST_SLOTS, type ResolvedSubScriptOptions, readSubScriptOptions, type SubScriptOptions } from './options.js';
import { type PlainValue, packResults, plainValue, unpackResults } from './plain-value.js';

/** See the top of the file. Leaving its `await using` block closes it. */
export class SubScripts implements AsyncDisposable {
  readonly #options: ResolvedSubScriptOptions;
  readonly #running = new Map<number, Task>();
  #own: Runtime | undefined;
  #lastId = 0;
  #closed = false;

  /** @throws StintError `INVALID_ARGUMENT` */
  constructor(options: SubScriptOptions) {
    this.#options = readSubScriptOptions(options);
  }

  /**
   * Starts a Lua text.
   *
   * @param text the script, or its bytes
   * @param funcList names that become global functions of the script and wait for what `onSubCall` gives
   * @param subList names that become global functions that do not wait; in order, all before the final callback
   * @param args plain values: `...` of the script
   * @returns the id; undefined if all slots are taken and `overflow` is `refuse`, or the queue is full
   * @throws StintError `INVALID_ARGUMENT`, `VALUE_NOT_TRANSFERABLE`: the call itself is wrong
   */
  launchSubScript(
    text: string | Uint8Array,
    funcList: string | readonly string[] = [],
    subList: string | readonly string[] = [],
    ...args: PlainValue[]
  ): number | undefined {
    if (typeof text !== 'string' && !(text instanceof Uint8Array))
      throw invalid('text', text, 'the text of a Lua script');
    const functions = readNames(funcList, 'funcList');
    const events = readNames(subList, 'subList').filter((name) => !functions.includes(name));
    const plain = args.map((value, i) => plainValue(value, `argument ${i + 1}`));
    if (this.#closed) throw invalid('launchSubScript', 'called after close', 'called before');
    if (this.#running.size >= this.#room()) return undefined;
    this.#lastId += 1;
    const id = this.#lastId;
    const task = this.#runtime().start(
      { language: 'lua', code: LOADER, name: 'subscript' },
      { args: [text, plain.length, plain], ...this.#optionsOf(id, functions, events) },
    );
    this.#running.set(id, task);
    void task.outcome.then((outcome) => this.#ended(id, outcome));
    return id;
  }

  /** Makes a sub-script end; its final callback is `onSubError`. Does nothing for one that has ended. */
  abortSubScript(id: number): void {
    void this.#running.get(id)?.cancel('aborted');
  }

  /** Whether a sub-script has been launched (it may still wait for a slot) and not ended. */
  isSubScriptRunning(id: number): boolean {
    return this.#running.has(id);
  }

  /** Aborts all; settles when each has had its final callback and nothing is left. */
  async close(): Promise<void> {
    this.#closed = true;
    const tasks = [...this.#running.values()];
    await Promise.all(tasks.map((task) => task.cancel('aborted')));
    await this.#own?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #runtime(): Runtime {
    if (this.#options.runtime !== undefined) return this.#options.runtime;
    const { slots, queue, overflow } = this.#options;
    this.#own ??= new Runtime({
      name: 'subscripts',
      warm: false,
      slots: overflow === 'grow' ? MOST_SLOTS : slots,
      queue,
    });
    return this.#own;
  }

  /** How many can have been launched and not ended. */
  #room(): number {
    const { slots, queue, overflow } = this.#options;
    if (overflow === 'queue') return slots + queue;
    return overflow === 'grow' ? MOST_SLOTS : slots;
  }

  #optionsOf(id: number, functions: string[], events: string[]): RunOptions {
    const { onSubCall, limits, permissions } = this.#options;
    const call = (name: string, args: readonly Value[]) => onSubCall.call({ id }, name, ...(args as PlainValue[]));
    const answering =
      (name: string) =>
      async (...args: Value[]) =>
        packResults(await call(name, args), name) as unknown as Value;
    const telling =
      (name: string) =>
      (...args: Value[]) => {
        void Promise.resolve(call(name, args)).catch((error: unknown) => this.#running.get(id)?.cancel(error));
      };
    return {
      functions: Object.fromEntries(functions.map((name) => [name, answering(name)])),
      events: Object.fromEntries(events.map((name) => [name, telling(name)])),
      ...(limits === undefined ? {} : { limits }),
      ...(permissions === undefined ? {} : { permissions }),
    };
  }

  #ended(id: number, { value, error }: Outcome): void {
    this.#running.delete(id);
    const { onSubFinished, onSubError } = this.#options;
    try {
      if (error === undefined) onSubFinished(id, ...unpackResults(value as Value));
      else onSubError(id, error.message);
    } catch (thrown) {
      // As for a listener of an event emitter: it is the program's fault, and the program has to hear of it.
      queueMicrotask(() => {
        throw thrown;
      });
    }
  }
}

/** Makes {@link SubScripts}. @throws StintError `INVALID_ARGUMENT` */
export function createSubScripts(options: SubScriptOptions): SubScripts {
  return new SubScripts(options);
}
