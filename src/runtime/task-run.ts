/**
 * A task on its way through a runtime.
 *
 * 1. `#settle` is called once; what comes after changes nothing.
 * 2. The outcome is announced after the row and the slot are free.
 */
import { monotonicNow } from '../control/clock.js';
import type { ControlTable } from '../control/control-table.js';
import { State, StopReason, stateOf } from '../control/task-word.js';
import type { Answer, Call } from '../engines/engine.js';
import { type ScriptLanguage, StintError } from '../errors/stint-error.js';
import type { TaskListener } from '../hosts/thread-host.js';
import { onAbort } from '../scope/on-abort.js';
import type { SentEvent, TaskReport } from '../worker/messages.js';
import { endingOf, lostEnding, NO_USAGE, stoppedEnding, type TaskFacts } from './ending.js';
import { HostCalls } from './host-calls.js';
import type { ResolvedRunOptions, RunOptions } from './options.js';
import type { Outcome, Usage } from './outcome.js';
import type { LoadedSource, Source, SourceFile } from './source.js';
import type { Task, TaskState } from './task.js';

/** What a task needs of its runtime. */
export interface TaskOwner {
  readonly table: ControlTable;
  /** A live task was asked to end. */
  stopRequested(): void;
  /** A task that had no slot yet is to end. */
  withdrawn(task: TaskRun): void;
  began(task: TaskRun): void;
  waiting(): void;
  /** Starts a script for a live task. */
  start(source: Source, options: RunOptions | undefined): TaskRun;
  /** Takes an answer to the thread of a live task. */
  answer(task: TaskRun, answer: Answer): void;
  /** The task has its outcome: take its row and slot back, then tell the world. */
  ended(task: TaskRun, outcome: Outcome): void;
}

const STATES: Record<State, TaskState> = {
  [State.free]: 'ended',
  [State.queued]: 'queued',
  [State.running]: 'running',
  [State.waiting]: 'waiting',
  [State.stopping]: 'stopping',
  [State.breaking]: 'stopping',
  [State.ended]: 'stopping',
};

export class TaskRun implements Task, TaskListener {
  readonly id: string;
  readonly number: number;
  readonly options: ResolvedRunOptions;
  readonly source: LoadedSource | SourceFile;
  readonly outcome: Promise<Outcome>;
  /** The row in the control table, while the task is live on a thread. */
  row: number | undefined;
  /** Whether the task has a slot. */
  live = false;
  readonly #owner: TaskOwner;
  readonly #startedAt = monotonicNow();
  #calls: HostCalls | undefined;
  #cancelReason: unknown;
  #stopReason: StopReason = StopReason.none;
  #settled = false;
  readonly #children = new Set<TaskRun>();
  #resolve: (outcome: Outcome) => void = () => undefined;
  #result: Promise<unknown> | undefined;
  readonly #forgetSignal: (() => void) | undefined;

  constructor(
    id: string,
    number: number,
    source: LoadedSource | SourceFile,
    options: ResolvedRunOptions,
    owner: TaskOwner,
  ) {
    this.id = id;
    this.number = number;
    this.source = source;
    this.options = options;
    this.#owner = owner;
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    const { signal } = options;
    this.#forgetSignal = signal && onAbort(signal, () => this.requestStop(StopReason.cancelled, signal.reason));
  }

  get children(): readonly Task[] {
    return [...this.#children];
  }

  get state(): TaskState {
    if (this.#settled) return this.#children.size > 0 ? 'stopping' : 'ended';
    if (this.row !== undefined) return STATES[stateOf(this.#owner.table.word(this.row))];
    return this.#stopReason === StopReason.none ? 'queued' : 'stopping';
  }

  get language(): ScriptLanguage {
    return this.source.language;
  }

  get result(): Promise<unknown> {
    // Made when first asked for: a caller who only looks at the outcome has no rejection to handle.
    this.#result ??= this.outcome.then((outcome) => {
      if (outcome.error !== undefined) throw outcome.error;
      return outcome.value;
    });
    return this.#result;
  }

  /** Whether the task was asked to end before it came to a thread. */
  get isWithdrawn(): boolean {
    return this.#stopReason !== StopReason.none;
  }

  cancel(reason?: unknown): Promise<Outcome> {
    this.requestStop(StopReason.cancelled, reason);
    return this.outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
  }

  /** Asks the task to end, wherever it stands. The first reason is the one that counts. */
  requestStop(reason: StopReason, cancelReason?: unknown): void {
    if (this.#settled || this.#stopReason !== StopReason.none) return;
    this.#cancelReason = cancelReason;
    if (this.row !== undefined) {
      if (!this.#owner.table.requestStop(this.row, this.number, reason)) return;
      this.#stopReason = reason;
      this.#owner.stopRequested();
      return;
    }
    this.#stopReason = reason;
    if (!this.live) this.#owner.withdrawn(this);
  }

  /** Ends a task that was asked to end before it came to a thread. */
  settleWithdrawn(): void {
    this.settle(stoppedEnding(this.#stopReason, 'none', this.#facts()), this.#waited());
  }

  began(): void {
    this.#owner.began(this);
  }

  waiting(): void {
    this.#owner.waiting();
  }

  output(text: string, stream: 'stdout' | 'stderr'): void {
    this.#tell(() => this.options.output?.(text, stream));
  }

  call(call: Call): void {
    this.#calls ??= new HostCalls(this.options, {
      task: this,
      start: <T>(source: Source, options?: RunOptions) => this.#startChild(source, options) as Task<unknown> as Task<T>,
    });
    this.#calls.call(call, (answer) => {
      if (!this.#settled) this.#owner.answer(this, answer);
    });
  }

  events(events: readonly SentEvent[]): void {
    for (const { name, args } of events) this.#tell(() => this.options.events.get(name)?.(...args));
  }

  ended(report: TaskReport): void {
    const begun = report.beganAt > 0;
    this.settle(endingOf(report, this.#facts()), {
      queuedMs: begun ? report.beganAt - this.#startedAt : report.endedAt - this.#startedAt,
      runMs: begun ? report.endedAt - report.beganAt : 0,
      cpuMs: report.cpuMs,
      peakMemory: report.peakMemory,
      hostCalls: report.hostCalls,
      outputBytes: report.outputBytes,
    });
  }

  lost(cause: Error | undefined): void {
    const { table } = this.#owner;
    const row = this.row as number;
    const reason = table.endBroken(row, this.number);
    const terminated = table.rung(row) === 'terminate' && reason !== StopReason.none;
    const ending = terminated ? stoppedEnding(reason, 'terminate', this.#facts()) : lostEnding(cause);
    this.settle(ending, this.#waited());
  }

  /** Gives the task its outcome. Later calls change nothing. */
  settle(ending: Omit<Outcome, 'usage'>, usage: Usage = NO_USAGE): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#forgetSignal?.();
    this.#calls?.end(ending.error ?? new StintError('CANCELLED', 'the task that made the call has ended'));
    const outcome: Outcome = { ...ending, usage };
    for (const child of this.#children) void child.cancel('the task that it was started for has ended');
    if (this.#children.size === 0) this.#end(outcome);
    else void Promise.all([...this.#children].map((child) => child.outcome)).then(() => this.#end(outcome));
  }

  #end(outcome: Outcome): void {
    this.#owner.ended(this, outcome);
    this.#resolve(outcome);
  }

  #startChild(source: Source, options: RunOptions | undefined): TaskRun {
    if (this.#settled) {
      throw new StintError('CANCELLED', 'the task that the script was to be started for has ended');
    }
    const child = this.#owner.start(source, options);
    this.#children.add(child);
    void child.outcome.then(() => this.#children.delete(child));
    return child;
  }

  /** Calls a listener of the caller's. If it throws, the task ends, and its outcome says why. */
  #tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      void this.cancel(error);
    }
  }

  #facts(): TaskFacts {
    return { limits: this.options.limits, cancelReason: this.#cancelReason };
  }

  /** The usage of a task about which no more is known than how long it took. */
  #waited(): Usage {
    const now = monotonicNow();
    const beganAt = this.row === undefined ? 0 : this.#owner.table.beganAt(this.row);
    if (beganAt < this.#startedAt) return { ...NO_USAGE, queuedMs: now - this.#startedAt };
    return { ...NO_USAGE, queuedMs: beganAt - this.#startedAt, runMs: now - beganAt };
  }
}
