import { type ErrorEnvelope, fromEnvelope } from '../../errors/envelope.js';
import { isStintError, StintError } from '../../errors/stint-error.js';
import { cancelError, NO_USAGE } from '../../runtime/ending.js';
import type { Limits } from '../../runtime/limits.js';
import type { Outcome } from '../../runtime/outcome.js';
import { resolveSource, type Source } from '../../runtime/source.js';
import { callListener } from '../../scope/call-listener.js';
import type { Value } from '../../values/value.js';
import { readTelling } from './read-telling.js';
import type { Requester } from './requester.js';

/** What a script can be told. */
export interface ScriptOptions {
  /** What the script gets: `...` in Lua, `args` in JavaScript and TypeScript. */
  readonly args?: readonly Value[];
  /** Default: those of the kernel's runtime. */
  readonly limits?: Limits;
  /** From -100 to 100; higher comes first. Default 0. */
  readonly priority?: number;
  /** Names of the tools that it may call, `*` for any text, or `true` for all that the policy permits. Default: none. */
  readonly tools?: readonly string[] | boolean;
  /** Cancels the script. */
  readonly signal?: AbortSignal;
  /** Takes its output as it comes. */
  readonly output?: (text: string, stream: 'stdout' | 'stderr') => void;
}

/** A script that was started. */
export interface ScriptTask<T = Value> extends AsyncDisposable {
  /** What it returned. Rejects with the outcome's error if it did not complete. */
  readonly result: Promise<T>;
  /** How it ended. Rejects only when the kernel could not be asked, or refused. */
  readonly outcome: Promise<Outcome<T>>;
  /** Makes it end. */
  cancel(reason?: unknown): Promise<Outcome<T>>;
}

/** The scripts of a client. */
export class ScriptsClient {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /** Runs a script and gives what it returned. A file is read here, not by the kernel. */
  async run<T = Value>(source: Source, options: ScriptOptions = {}): Promise<T> {
    return this.start<T>(source, options).result;
  }

  /** Starts a script. */
  start<T = Value>(source: Source, options: ScriptOptions = {}): ScriptTask<T> {
    const { signal, output, others } = readTelling(options);
    const cancelled = new AbortController();
    const anySignal = signal === undefined ? cancelled.signal : AbortSignal.any([cancelled.signal, signal]);
    const run = async (): Promise<Outcome<T>> => {
      const params = { source: await this.#plain(source), ...others };
      const { listener, failure } = guarded(output, cancelled);
      // Then nothing of it has been sent, and nothing begun.
      if (anySignal.aborted) return neverStarted(anySignal.reason);
      const { error, ...outcome } = (await this.#requester.request('scripts/run', params, {
        signal: anySignal,
        listener,
      })) as Outcome<T> & { error?: ErrorEnvelope };
      if (error !== undefined) return { ...outcome, error: fromEnvelope(error) };
      const failed = failure();
      return failed === undefined ? outcome : cancelledOutcome(outcome, failed.error);
    };
    return new StartedScript<T>(run(), cancelled);
  }

  /** What the kernel can take. */
  async #plain(source: Source): Promise<Source> {
    if (this.#requester.local) return source;
    const resolved = resolveSource(source);
    if (resolved.language === 'module') {
      throw new StintError(
        'INVALID_ARGUMENT',
        'a module runs only in the process of its program: use kernel.client() there',
      );
    }
    const { language, code, name } = 'load' in resolved ? await resolved.load() : resolved;
    return { language, code, name };
  }
}

/** What takes the output of a script: if that fails, the script is cancelled. */
function guarded(output: ScriptOptions['output'], cancelled: AbortController) {
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    cancelled.abort(error);
  };
  const take: NonNullable<ScriptOptions['output']> = (text, stream) => {
    void callListener(() => output?.(text, stream), fail);
  };
  return { listener: output === undefined ? {} : { output: take }, failure: () => failure };
}

/** The outcome of a script that had ended before it could be cancelled. */
function cancelledOutcome<T>({ value: _, ...outcome }: Outcome<T>, cause: unknown): Outcome<T> {
  return { ...outcome, kind: 'cancelled', error: cancelError(cause) };
}

function neverStarted<T>(reason: unknown): Outcome<T> {
  return { kind: 'cancelled', error: cancelError(reason), usage: NO_USAGE };
}

class StartedScript<T> implements ScriptTask<T> {
  readonly outcome: Promise<Outcome<T>>;
  readonly #cancelled: AbortController;

  constructor(outcome: Promise<Outcome<T>>, cancelled: AbortController) {
    this.outcome = outcome;
    this.#cancelled = cancelled;
    // Whoever wants the result only is told there.
    outcome.catch(() => undefined);
  }

  get result(): Promise<T> {
    return this.outcome.then(({ error, value }) => {
      if (error !== undefined) throw error;
      return value as T;
    });
  }

  cancel(reason?: unknown): Promise<Outcome<T>> {
    this.#cancelled.abort(reason);
    return this.outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.cancel();
    } catch (error) {
      // The kernel is gone, and the script with it.
      if (!isStintError(error)) throw error;
    }
  }
}
