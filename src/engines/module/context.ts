import { StintError } from '../../errors/stint-error.js';
import { Scope } from '../../scope/scope.js';
import { copyValues } from '../../values/copy-value.js';
import { transfer } from '../../values/transfer.js';
import type { Value } from '../../values/value.js';
import { whyNotTransferable } from '../../values/why-not-transferable.js';
import type { Answer, Call, EventLoopVmHost, ModuleProgram } from '../engine.js';
import type { ModuleContext, ModuleTools } from './module-context.js';
import { makeTools } from './tools.js';

/** So many parts of a result may be on their way before the next one has to wait. */
const PARTS_AHEAD = 16;

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The context of one task, and the host's end of it. */
export class TaskContext implements ModuleContext {
  readonly args: readonly unknown[];
  readonly scope = new Scope();
  readonly transfer = transfer;
  readonly #program: ModuleProgram;
  readonly #host: EventLoopVmHost;
  readonly #pending = new Map<number, Pending>();
  #controller: AbortController | undefined;
  #tools: ModuleTools | undefined;
  #lastId = 0;

  constructor(program: ModuleProgram, args: readonly unknown[], host: EventLoopVmHost) {
    this.args = args;
    this.#program = program;
    this.#host = host;
  }

  /** Calls that have no answer yet. */
  get pendingCalls(): number {
    return this.#pending.size;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#makeController();
    return this.#controller.signal;
  }

  readonly call = <T = Value>(name: string, ...args: Value[]): Promise<T> => {
    if (!this.#program.functions?.includes(name)) {
      return Promise.reject(
        new TypeError(`there is no function '${name}'; options.functions has ${this.#names('functions')}`),
      );
    }
    return this.#send('function', name, args) as Promise<T>;
  };

  readonly emit = (name: string, ...args: Value[]): void => {
    if (!this.#program.events?.includes(name)) {
      throw new TypeError(`there is no event '${name}'; options.events has ${this.#names('events')}`);
    }
    this.#host.call(this.#call('event', name, copyValues(args, name)), false);
  };

  /** Hands a part of the result to whoever iterates over the task. Settles when there is room for another. */
  async part(value: unknown): Promise<void> {
    const call = this.#call('part', 'part', [value as Value]);
    const taken = new Promise((resolve, reject) => this.#pending.set(call.id, { resolve, reject }));
    try {
      this.#host.call(call, true);
    } catch (error) {
      this.#pending.delete(call.id);
      throw whyNotTransferable(value, 'part', error);
    }
    this.#host.rests();
    if (this.#pending.size >= PARTS_AHEAD) await taken;
    // Rejected when the task has to end, which the generator hears of elsewhere.
    else taken.catch(() => undefined);
  }

  readonly scratch = (): Promise<string> => this.#send('scratch', 'scratch', []) as Promise<string>;

  get tool(): ModuleTools {
    this.#tools ??= makeTools((method, args) => this.#send('tool', method, args));
    return this.#tools;
  }

  /** Takes the answer to a call. */
  answer(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (answer.kind === 'value') pending?.resolve(answer.value);
    else if (answer.kind === 'error') {
      const { message, ...details } = answer.error;
      pending?.reject(Object.assign(new Error(message), details));
    }
  }

  /** Tells the function that it has to end: listeners of its signal, and calls that it waits for. */
  abort(): void {
    const error = this.#host.stopError();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#controller?.abort(error);
    for (const { reject } of pending) reject(error);
  }

  #send(kind: Call['kind'], name: string, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = this.#call(kind, name, copyValues(args, name));
      this.#pending.set(call.id, { resolve, reject });
      const taken = this.#host.call(call, true);
      if (taken === 'pending') this.#host.rests();
      else if (taken !== 'refused') this.answer(taken);
      else {
        this.#pending.delete(call.id);
        reject(this.#host.stopError());
      }
    });
  }

  #call(kind: Call['kind'], name: string, args: Value[]): Call {
    this.#lastId += 1;
    return { id: this.#lastId, kind, name, args };
  }

  #names(of: 'functions' | 'events'): string {
    const names = this.#program[of] ?? [];
    return names.length === 0 ? 'none' : names.map((name) => `'${name}'`).join(', ');
  }

  #makeController(): AbortController {
    const controller = new AbortController();
    const host = this.#host;
    const { signal } = controller;
    // No event can reach a function in the middle of a loop, but it can look at shared memory.
    Object.defineProperties(signal, {
      aborted: { get: () => host.stopRequested() },
      reason: { get: () => (host.stopRequested() ? host.stopError() : undefined) },
      throwIfAborted: {
        value: () => {
          if (host.stopRequested()) throw host.stopError();
        },
      },
    });
    return controller;
  }
}

/** The error of a module that has not what was asked for. */
export function noSuchExport(url: string, name: string, exports: Readonly<Record<string, unknown>>): StintError {
  const functions = Object.keys(exports).filter((key) => typeof exports[key] === 'function');
  const has = functions.length === 0 ? 'it exports no function' : `it exports ${functions.join(', ')}`;
  return new StintError('INVALID_ARGUMENT', `${url} exports no function '${name}'; ${has}`);
}
