/**
 * The calls that a script makes of its host.
 *
 * 1. Each call is answered once, if the task is still there.
 * 2. What a function threw reaches the script as message, name and code; never the host's stack.
 * 3. What a function started for the script ends with it.
 */
import type { Answer, Call, CallError } from '../engines/engine.js';
import { messageOf } from '../errors/describe.js';
import { isError } from '../errors/is-error.js';
import { isStintError, StintError } from '../errors/stint-error.js';
import { copyValue } from '../values/copy-value.js';
import type { Value } from '../values/value.js';
import type { Channel } from './channel.js';
import type { RunOptions } from './run-options.js';
import type { Runtime } from './runtime.js';
import { ScratchDirectories } from './scratch.js';
import type { Source } from './source.js';
import type { Task } from './task.js';
import { type ToolGrant, useTools } from './task-tools.js';

/** What a host function has as `this`. */
export interface HostCallContext {
  /** Aborts when the task that made the call has ended. */
  readonly signal: AbortSignal;
  /** The task that made the call. */
  readonly task: Task;
  /** Starts a script that ends with the task at the latest. The task's outcome comes after that of all such scripts. */
  start<T = Value>(source: Source, options?: RunOptions): Task<T>;
}

/**
 * A function of the host that scripts can call. Its result, or what its promise settles with, is the answer: a {@link Value}, else the script
 * gets an error (`VALUE_NOT_TRANSFERABLE`).
 */
export type HostFunction = (this: HostCallContext, ...args: Value[]) => unknown;

/** A function of the host that takes an event of a script. */
export type EventListener = (...args: Value[]) => void;

/** What scripts of a task can reach. */
export interface Reachable {
  readonly functions: ReadonlyMap<string, HostFunction>;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly tools: ToolGrant | undefined;
}

/** Answers the calls of one task. */
export class HostCalls {
  readonly #reachable: Reachable;
  readonly #context: HostCallContext;
  #abort: AbortController | undefined;
  /** Why nobody waits for answers any more. */
  #endedFor: (() => unknown) | undefined;
  readonly #runtime: Runtime;
  #scratch: ScratchDirectories | undefined;

  constructor(reachable: Reachable, context: Omit<HostCallContext, 'signal'> & { readonly runtime: Runtime }) {
    this.#reachable = reachable;
    this.#runtime = context.runtime;
    const signal = (): AbortSignal => this.#signal;
    this.#context = {
      get signal() {
        return signal();
      },
      task: context.task,
      start: context.start,
    };
  }

  /** Carries a call out; `reply` gets the answer. */
  call(call: Call, reply: (answer: Answer) => void): void {
    this.#carryOut(call).then(
      (value) => reply({ id: call.id, kind: 'value', value }),
      (error: unknown) => reply({ id: call.id, kind: 'error', error: callError(error) }),
    );
  }

  /** Removes what was made for the task. Undefined if there is nothing to wait for. */
  release(): Promise<void> | undefined {
    return this.#scratch?.remove();
  }

  /** Tells functions that have not answered that nobody waits for them any more. */
  end(reason: () => unknown): void {
    this.#endedFor ??= reason;
    this.#abort?.abort(reason());
  }

  /** Made when it is first asked for: most functions do not. */
  get #signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#endedFor !== undefined) this.#abort.abort(this.#endedFor());
    }
    return this.#abort.signal;
  }

  #carryOut(call: Call): Promise<Value> {
    switch (call.kind) {
      case 'channel':
        return this.#useChannel(call);
      case 'scratch':
        this.#scratch ??= new ScratchDirectories(() => this.#runtime.ledger.get());
        return this.#scratch.make();
      case 'tool':
        return this.#useTools(call);
      default:
        return this.#callFunction(call);
    }
  }

  async #callFunction({ name, args }: Call): Promise<Value> {
    const fn = this.#reachable.functions.get(name);
    if (fn === undefined) throw new TypeError(`there is no function '${name}'`);
    return copyValue(await fn.apply(this.#context, args), `result of ${name}`);
  }

  async #useTools({ name, args }: Call): Promise<Value> {
    const { signal, task } = this.#context;
    const { ledger } = this.#runtime;
    const context = { signal, caller: `script ${task.id}`, runtime: () => this.#runtime.inner, ledger };
    return copyValue(await useTools(this.#reachable.tools, name, args, context), `result of ${name}`);
  }

  async #useChannel({ name, args }: Call): Promise<Value> {
    const [which, value] = args;
    const channel = typeof which === 'string' ? this.#reachable.channels.get(which) : undefined;
    if (channel === undefined) {
      const known = [...this.#reachable.channels.keys()].join(', ') || 'none';
      throw new StintError(
        'PERMISSION_DENIED',
        `${name}: there is no channel '${String(which)}'; the script has ${known}`,
      );
    }
    switch (name) {
      case 'channel.send':
        return channel.send(value, this.#context.signal) as Promise<undefined>;
      case 'channel.receive':
        return channel.receive(this.#context.signal);
      default:
        return channel.close() as undefined;
    }
  }
}

/** What a script gets to know of something thrown. */
function callError(thrown: unknown): CallError {
  const message = messageOf(thrown);
  try {
    if (isStintError(thrown)) return { message, code: thrown.code };
    if (!isError(thrown)) return { message };
    const { name, code } = thrown as { name?: unknown; code?: unknown };
    return { message, ...(typeof name === 'string' ? { name } : {}), ...(typeof code === 'string' ? { code } : {}) };
  } catch {
    // Its getters or traps throw.
    return { message };
  }
}
