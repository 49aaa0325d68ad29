/**
 * What a task and those outside say to each other while it is there: output, events, calls, parts of its result, and the tasks that are started for it.
 *
 * 1. A listener of the caller's that fails ends the task, and its outcome says why.
 * 2. What was started for the task ends with it, before it has its outcome.
 */
import type { Answer, Call } from '../engines/engine.js';
import { StintError } from '../errors/stint-error.js';
import { callListener } from '../scope/call-listener.js';
import type { SentEvent } from '../worker/messages.js';
import { HostCalls } from './host-calls.js';
import type { Outcome } from './outcome.js';
import { Parts } from './parts.js';
import type { ResolvedRunOptions, RunOptions } from './run-options.js';
import type { Runtime } from './runtime.js';
import type { Source } from './source.js';
import type { Task } from './task.js';

/** A task, as the others talk with it. */
export interface Speaker extends Task {
  readonly options: ResolvedRunOptions;
  readonly runtime: Runtime;
  readonly hasEnded: boolean;
  /** Whether nobody can ask for its parts: they go nowhere, and do not wait for a taker. */
  readonly dropsParts: boolean;
  /** Gives the script an answer. */
  answer(answer: Answer): void;
  /** Starts a script that is to end with the task. */
  startChild(source: Source, options: RunOptions | undefined): Task;
}

export class Conversation {
  readonly #speaker: Speaker;
  #isKnown = false;
  #calls: HostCalls | undefined;
  #parts: Parts | undefined;
  readonly #children = new Set<Task>();
  #listenerError: { readonly error: unknown } | undefined;

  constructor(speaker: Speaker) {
    this.#speaker = speaker;
  }

  /** Whether something outside knows of the task: it cannot be run again then as if nothing had been. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  get children(): readonly Task[] {
    return [...this.#children];
  }

  /** What a listener of the caller's threw first. */
  get listenerError(): { readonly error: unknown } | undefined {
    return this.#listenerError;
  }

  /** The parts of the result, for whoever iterates over the task. */
  get parts(): Parts {
    if (this.#parts === undefined) {
      const task = this.#speaker;
      this.#parts = new Parts(() => task.cancel('its parts are not wanted any more'));
      if (task.hasEnded) void task.outcome.then((outcome) => this.#parts?.end(outcome));
    }
    return this.#parts;
  }

  output(text: string, stream: 'stdout' | 'stderr'): void {
    this.#isKnown = true;
    this.#tell(() => this.#speaker.options.output?.(text, stream));
  }

  events(events: readonly SentEvent[]): void {
    this.#isKnown = true;
    for (const { name, args } of events) this.#tell(() => this.#speaker.options.events.get(name)?.(...args));
  }

  call(call: Call): void {
    this.#isKnown = true;
    if (call.kind === 'part') {
      const taken = (): void => this.#speaker.answer({ id: call.id, kind: 'value', value: undefined });
      if (this.#speaker.dropsParts) taken();
      else this.parts.add(call.args[0], taken);
      return;
    }
    const task = this.#speaker;
    this.#calls ??= new HostCalls(task.options, {
      task,
      start: <T>(source: Source, options?: RunOptions) => this.#startChild(source, options) as Task<unknown> as Task<T>,
      runtime: task.runtime,
    });
    this.#calls.call(call, (answer) => this.#speaker.answer(answer));
  }

  /** The task has ended. Gives what its outcome has to wait for; undefined if there is nothing. */
  end(error: StintError | undefined): Promise<unknown> | undefined {
    this.#calls?.end(() => error ?? new StintError('CANCELLED', 'the task that made the call has ended'));
    const children = this.children.map((child) => child.cancel('the task that it was started for has ended'));
    const released = this.#calls?.release();
    return children.length === 0 && released === undefined ? undefined : Promise.all([released, ...children]);
  }

  /** The task has its outcome. */
  ended(outcome: Outcome): void {
    this.#parts?.end(outcome);
  }

  #startChild(source: Source, options: RunOptions | undefined): Task {
    if (this.#speaker.hasEnded) {
      throw new StintError('CANCELLED', 'the task that the script was to be started for has ended');
    }
    const child = this.#speaker.startChild(source, options);
    this.#children.add(child);
    void child.outcome.then(() => this.#children.delete(child));
    return child;
  }

  /** Calls a listener of the caller's. If it throws, or a promise of its rejects before the task has ended, the task ends, and its outcome says why. */
  #tell(listener: () => unknown): void {
    void callListener(listener, (error) => this.#listenerFailed(error));
  }

  #listenerFailed(error: unknown): void {
    if (this.#speaker.hasEnded) {
      // The outcome cannot tell of it: let the process.
      void Promise.reject(error);
      return;
    }
    this.#listenerError ??= { error };
    void this.#speaker.cancel(error);
  }
}
