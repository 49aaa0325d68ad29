/**
 * The calls that a script makes of its host.
 *
 * 1. Each call is answered once, if the task is still there.
 * 2. What a function threw reaches the script as message, name and code; never the host's stack.
 */

import type { Answer, Call, CallError } from '../engines/engine.js';
import { messageOf } from '../errors/describe.js';
import { isStintError } from '../errors/stint-error.js';
import { copyValue } from '../values/copy-value.js';
import type { Value } from '../values/value.js';

/** What a host function has as `this`. */
export interface HostCallContext {
  /** Aborts when the task that made the call has ended, or is to end. */
  readonly signal: AbortSignal;
  /** The id of that task. */
  readonly task: string;
}

/** A function of the host that scripts can call. Its result, or what its promise settles with, is the answer. */
export type HostFunction = (this: HostCallContext, ...args: Value[]) => Value | Promise<Value>;

/** A function of the host that takes an event of a script. */
export type EventListener = (...args: Value[]) => void;

/** Answers the calls of one task. */
export class HostCalls {
  readonly #functions: ReadonlyMap<string, HostFunction>;
  readonly #task: string;
  readonly #abort = new AbortController();

  constructor(functions: ReadonlyMap<string, HostFunction>, task: string) {
    this.#functions = functions;
    this.#task = task;
  }

  /** Calls the function; `reply` gets the answer. */
  call(call: Call, reply: (answer: Answer) => void): void {
    this.#result(call).then(
      (value) => reply({ id: call.id, kind: 'value', value }),
      (error: unknown) => reply({ id: call.id, kind: 'error', error: callError(error) }),
    );
  }

  /** Tells functions that have not answered that nobody waits for them any more. */
  end(reason: unknown): void {
    this.#abort.abort(reason);
  }

  async #result({ name, args }: Call): Promise<Value> {
    const fn = this.#functions.get(name);
    if (fn === undefined) throw new TypeError(`there is no function '${name}'`);
    const context: HostCallContext = { signal: this.#abort.signal, task: this.#task };
    return copyValue(await fn.apply(context, args), `result of ${name}`);
  }
}

/** What a script gets to know of something thrown. */
function callError(thrown: unknown): CallError {
  const message = messageOf(thrown);
  if (isStintError(thrown)) return { message, code: thrown.code };
  if (!(thrown instanceof Error)) return { message };
  const { code } = thrown as { code?: unknown };
  return { message, name: thrown.name, ...(typeof code === 'string' ? { code } : {}) };
}
