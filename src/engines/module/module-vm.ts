/**
 * One call of a module's function.
 *
 * 1. The function begins inside `resume`, where a break can reach it. What it does after its first `await` runs in the
 *    thread's event loop, where it can only be told to end, or be ended with its thread.
 * 2. What it deferred runs before its end is told.
 * 3. Nothing it does after it was discarded changes anything.
 */

import type { ErrorEnvelope } from '../../errors/envelope.js';
import { toEnvelope } from '../../errors/envelope.js';
import { isError } from '../../errors/is-error.js';
import { packThrown } from '../../errors/thrown.js';
import { isThenable } from '../../values/thenable.js';
import { transferListOf } from '../../values/transfer.js';
import type { Value } from '../../values/value.js';
import type { Answer, EventLoopVmHost, ModuleProgram, Step, Vm } from '../engine.js';
import { failedStep } from '../failed-step.js';
import { noSuchExport, TaskContext } from './context.js';
import { ownFrames, uncaughtError } from './failure.js';
import type { Exports, ModuleLoader } from './module-loader.js';

type ModuleFunction = (this: unknown, input: unknown, context: TaskContext) => unknown;

const HELD: Step = { kind: 'held' };
const WAITING: Step = { kind: 'waiting' };
const STOPPED: Step = { kind: 'stopped' };

export class ModuleVm implements Vm {
  readonly preemptible = false;
  readonly peakMemory = 0;
  readonly endsItself = true;
  readonly #program: ModuleProgram;
  readonly #loader: ModuleLoader;
  readonly #host: EventLoopVmHost;
  readonly #context: TaskContext;
  readonly #release: () => void;
  #begun = false;
  #ended = false;
  /** Whether a listener of the signal has been told. */
  #aborted = false;
  /** Whether the function may be in the middle of something when the VM is discarded. */
  #inside = false;

  /** @param release called once, when the function and what it deferred are done or given up */
  constructor(
    program: ModuleProgram,
    args: readonly unknown[],
    loader: ModuleLoader,
    host: EventLoopVmHost,
    release: () => void,
  ) {
    this.#program = program;
    this.#loader = loader;
    this.#host = host;
    this.#release = release;
    this.#context = new TaskContext(program, args, host);
  }

  get cleansUp(): boolean {
    return this.#begun;
  }

  resume(answers: readonly Answer[]): Step {
    for (const answer of answers) this.#context.answer(answer);
    if (!this.#begun) return this.#begin();
    if (this.#host.stopRequested()) {
      if (this.#aborted) void this.cleanUp();
      else this.#abort();
    }
    return this.#rest();
  }

  stop(): void {
    // The signal looks by itself; its listeners are called by the next `resume`.
  }

  preempt(): void {
    // A function of V8's cannot be left in the middle.
  }

  close(): void {
    this.#end();
  }

  discard(): void {
    // Unwound in the middle of what it did: its module may be half way through something.
    if (this.#inside) this.#loader.forget(this.#program.url);
    this.#end();
  }

  cleanUp(): Promise<void> | undefined {
    const { scope } = this.#context;
    // What they throw says less than why the task was ended.
    return scope.isEmpty ? undefined : scope.dispose().then(() => undefined);
  }

  /** How an error that nothing in the thread caught ends the task. */
  fail(thrown: unknown): void {
    this.#loader.forget(this.#program.url);
    this.#settle(failedStep(uncaughtError(thrown)));
  }

  #begin(): Step {
    this.#begun = true;
    const { url, generation } = this.#program;
    const exports = this.#loader.loaded(url, generation);
    if (exports !== undefined) return this.#call(exports);
    this.#loader.load(url, generation).then(
      () => this.#loadedLater(),
      (thrown: unknown) => this.#settle(failedStep(uncaughtError(thrown, `cannot load ${url}: `))),
    );
    return HELD;
  }

  /** The function begins in a turn, not here: a break must be able to reach it. */
  #loadedLater(): void {
    if (this.#ended) return;
    this.#begun = false;
    this.#host.wake();
  }

  #call(exports: Exports): Step {
    if (this.#host.stopRequested()) return STOPPED;
    const { url, exportName } = this.#program;
    this.#inside = true;
    let result: unknown;
    let promise: unknown;
    try {
      const { fn, owner } = exported(exports, exportName);
      if (fn === undefined) {
        this.#inside = false;
        return failedStep(toEnvelope(noSuchExport(url, exportName, exports)));
      }
      result = fn.call(owner, this.#context.args[0], this.#context);
      promise = isGenerator(result) ? this.#drain(result) : isThenable(result) ? Promise.resolve(result) : undefined;
    } catch (thrown) {
      this.#inside = false;
      return this.#conclude(failedStep(uncaughtError(thrown)));
    }
    this.#inside = false;
    if (!(promise instanceof Promise)) return this.#conclude(completed(result));
    promise.then(
      (value) => this.#concludeLater(completed(value)),
      (thrown: unknown) => this.#concludeLater(failedStep(uncaughtError(thrown))),
    );
    return this.#rest();
  }

  /** Hands over what a generator yields, part by part; what it returns is the result. */
  async #drain(generator: Generator | AsyncGenerator): Promise<unknown> {
    for (;;) {
      const { done, value } = await generator.next();
      if (done === true) return value;
      if (this.#ended) return undefined;
      if (this.#host.stopRequested()) await generator.return(undefined);
      else await this.#handOver(value, generator);
    }
  }

  /** If that fails, or the task has to end meanwhile, the generator is left as a loop leaves it: its `finally` blocks run. */
  async #handOver(part: unknown, generator: Generator | AsyncGenerator): Promise<void> {
    try {
      await this.#context.part(part);
    } catch (error) {
      await generator.return(undefined);
      throw error;
    }
  }

  #abort(): void {
    this.#aborted = true;
    this.#context.abort();
  }

  #rest(): Step {
    return this.#context.pendingCalls > 0 && !this.#host.stopRequested() ? WAITING : HELD;
  }

  /** The end of the function, once what it deferred has run. */
  #conclude(step: Step): Step {
    if (this.#context.scope.isEmpty) return step;
    this.#concludeLater(step);
    return HELD;
  }

  #concludeLater(step: Step): void {
    if (this.#context.scope.isEmpty) {
      this.#settle(step);
      return;
    }
    void this.#context.scope.dispose().then((thrown) => {
      // What the function itself threw says more.
      this.#settle(thrown.length > 0 && step.kind === 'completed' ? failedStep(disposalError(thrown)) : step);
    });
  }

  #settle(step: Step): void {
    if (this.#ended) return;
    this.#host.settled(step);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
  }
}

/** A function that a module exports; of a CommonJS module also one that only the module itself knows as an export: a method of what it is. */
function exported(exports: Exports, name: string): { fn?: ModuleFunction; owner?: unknown } {
  const fn = exports[name] as unknown;
  if (typeof fn === 'function') return { fn: fn as ModuleFunction };
  const { default: whole } = exports;
  if (typeof whole !== 'object' || whole === null || !Object.hasOwn(whole, name)) return {};
  const inner: unknown = Reflect.get(whole, name);
  return typeof inner === 'function' ? { fn: inner as ModuleFunction, owner: whole } : {};
}

function completed(value: unknown): Step {
  if (isError(value))
    return { kind: 'completed', value: packThrown(value, ownFrames) as unknown as Value, isError: true };
  return { kind: 'completed', value: value as Value, transfer: transferListOf(value) };
}

function disposalError(thrown: unknown[]): ErrorEnvelope {
  if (thrown.length === 1) return uncaughtError(thrown[0]);
  return uncaughtError(new AggregateError(thrown, `${thrown.length} disposers of the task's scope have thrown`));
}

function isGenerator(value: unknown): value is Generator | AsyncGenerator {
  const tag = Object.prototype.toString.call(value);
  return tag === '[object Generator]' || tag === '[object AsyncGenerator]';
}
