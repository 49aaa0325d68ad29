/**
 * A task on its way through a runtime.
 *
 * 1. The first call of `settle` counts; what comes after changes nothing.
 * 2. The outcome is announced after the row and the slot are free.
 */
import { monotonicNow } from '../control/clock.js';
import { StopReason } from '../control/task-word.js';
import type { Answer, Call } from '../engines/engine.js';
import type { ScriptLanguage } from '../errors/stint-error.js';
import type { Place, Queueable } from '../hosts/admission-queue.js';
import type { HostGroup } from '../hosts/host-group.js';
import type { LostPhase } from '../hosts/hosted-tasks.js';
import type { TaskListener } from '../hosts/task-listener.js';
import { onAbort } from '../scope/on-abort.js';
import type { Transferable } from '../values/transfer.js';
import type { Job, SentEvent, TaskOrder, TaskReport } from '../worker/messages.js';
import { Announcement } from './announcement.js';
import { Conversation, type Speaker } from './conversation.js';
import { endingOf, lostEnding, NO_USAGE, stoppedEnding, type TaskFacts, usageOf } from './ending.js';
import { type KeptArguments, keepArguments } from './kept-arguments.js';
import { parseTimeout } from './limits.js';
import type { Outcome, Usage } from './outcome.js';
import type { ResolvedRunOptions, RunOptions } from './run-options.js';
import type { Runtime } from './runtime.js';
import type { LoadedSource, ModuleSource, Source, SourceFile } from './source.js';
import type { Task, TaskState } from './task.js';
import { taskStateOf } from './task-state.js';
import type { Duration } from './units.js';

/** What a task needs of its runtime. */
export interface TaskOwner {
  /** What the ids of its tasks begin with. */
  readonly id: string;
  readonly runtime: Runtime;
  /** A number that no live task has. */
  nextNumber(): number;
  began(task: TaskRun): void;
  /** Starts a script for a live task. */
  start(source: Source, options: RunOptions | undefined): TaskRun;
  /** The task has its outcome: take its row and slot back, then tell the world. */
  ended(task: TaskRun, outcome: Outcome): void;
}

export class TaskRun implements Task, TaskListener, Queueable, Speaker {
  /** Counts up within the runtime. */
  readonly #serial: number;
  /** Another one when the task is taken back from a thread. */
  number: number;
  /** What a module task has in common with others. */
  job: Job | undefined;
  readonly options: ResolvedRunOptions;
  readonly source: LoadedSource | SourceFile | ModuleSource;
  /** The row in the control table, while the task is live on a thread. */
  row: number | undefined;
  /** Where the {@link TaskSet} has it. */
  index = 0;
  place: Place | undefined;
  /** Whether the task has a slot. */
  live = false;
  readonly hosts: HostGroup<TaskRun>;
  readonly #owner: TaskOwner;
  readonly #startedAt = monotonicNow();
  /** What it says and hears, once it has anything to say. */
  #conversation: Conversation | undefined;
  #cancelReason: unknown;
  /** The timeout that it was last given while it ran, in ms. */
  #extended: number | undefined;
  #kept: KeptArguments | undefined;
  #stopReason: StopReason = StopReason.none;
  #settled = false;
  /** How often it was run again. */
  #retries = 0;
  readonly #announcement = new Announcement();
  dropsParts = false;
  readonly #forgetSignal: (() => void) | undefined;

  constructor(
    serial: number,
    source: LoadedSource | SourceFile | ModuleSource,
    options: ResolvedRunOptions,
    hosts: HostGroup<TaskRun>,
    owner: TaskOwner,
  ) {
    this.#serial = serial;
    this.number = owner.nextNumber();
    this.source = source;
    this.options = options;
    this.hosts = hosts;
    this.#owner = owner;
    const { signal } = options;
    this.#forgetSignal = signal && onAbort(signal, () => this.requestStop(StopReason.cancelled, signal.reason));
  }

  get id(): string {
    return `${this.#owner.id}-${this.#serial}`;
  }

  get runtime(): Runtime {
    return this.#owner.runtime;
  }

  get hasEnded(): boolean {
    return this.#settled;
  }

  get children(): readonly Task[] {
    return this.#conversation?.children ?? [];
  }

  get state(): TaskState {
    if (this.#settled) return this.final === undefined ? 'stopping' : 'ended';
    if (this.row !== undefined) return taskStateOf(this.hosts.table.word(this.row));
    return this.#stopReason === StopReason.none ? 'queued' : 'stopping';
  }

  get language(): ScriptLanguage | 'module' {
    return this.source.language;
  }

  get outcome(): Promise<Outcome> {
    return this.#announcement.outcome;
  }

  get result(): Promise<unknown> {
    return this.#announcement.result;
  }

  /** Its outcome, as soon as it has one. */
  get final(): Outcome | undefined {
    return this.#announcement.final;
  }

  /** Whether the task was asked to end before it came to a thread. */
  get isWithdrawn(): boolean {
    return this.#stopReason !== StopReason.none;
  }

  /** What is sent to its thread as its arguments: themselves, or bytes. */
  get sentArgs(): TaskOrder['args'] {
    return this.#kept?.packed ?? this.#kept?.args ?? this.options.args;
  }

  /** What is handed over with them. */
  get transfer(): readonly Transferable[] {
    return this.#kept?.transfer ?? this.options.transfer;
  }

  /** Takes the arguments of a module task as they are now, when it is first called. @throws DataCloneError */
  keepArgs(): void {
    if (this.source.language === 'module') this.#kept ??= keepArguments(this.options);
  }

  cancel(reason?: unknown): Promise<Outcome> {
    this.requestStop(StopReason.cancelled, reason);
    return this.outcome;
  }

  extend(timeout: Duration | null): void {
    const ms = parseTimeout(timeout, 'timeout');
    if (this.#settled || this.row === undefined || this.state === 'queued') return;
    this.#extended = ms;
    this.hosts.extend(this.row, this.number, ms);
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return this.#talk.parts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
  }

  /** Asks the task to end, wherever it stands. The first reason is the one that counts. */
  requestStop(reason: StopReason, cancelReason?: unknown): void {
    if (this.#settled || this.#stopReason !== StopReason.none) return;
    this.#cancelReason = cancelReason;
    if (this.row === undefined) {
      this.#stopReason = reason;
      if (this.hosts.dispatcher.remove(this)) this.settleWithdrawn();
    } else if (this.hosts.takeBack(this.row, this.number)) {
      this.#displace();
      this.#stopReason = reason;
      this.settleWithdrawn();
    } else if (this.hosts.stop(this.row, this.number, reason)) {
      this.#stopReason = reason;
    }
  }

  /** Ends a task that was asked to end before it came to a thread. */
  settleWithdrawn(): void {
    this.settle(stoppedEnding(this.#stopReason, 'none', this.#facts()), this.#waited());
  }

  /** For a caller who gets its result and nothing else: parts go nowhere, and it does not wait for a taker. */
  withoutParts(): this {
    this.dropsParts = true;
    return this;
  }

  takenBack(): void {
    this.#displace();
    this.hosts.dispatcher.displace(this);
  }

  began(): void {
    this.#owner.began(this);
  }

  waiting(): void {
    this.hosts.dispatcher.dispatch();
  }

  output(text: string, stream: 'stdout' | 'stderr'): void {
    this.#talk.output(text, stream);
  }

  call(call: Call): void {
    this.#talk.call(call);
  }

  events(events: readonly SentEvent[]): void {
    this.#talk.events(events);
  }

  startChild(source: Source, options: RunOptions | undefined): Task {
    return this.#owner.start(source, options);
  }

  answer(answer: Answer): void {
    if (!this.#settled && this.row !== undefined) this.hosts.answer(this.row, this.number, answer);
  }

  ended(report: TaskReport): void {
    this.settle(this.#endingOf(report), usageOf(report, this.#startedAt));
  }

  /** A script may have come to its end before it heard that a listener had failed. */
  #endingOf(report: TaskReport): ReturnType<typeof endingOf> {
    const ending = endingOf(report, this.#facts());
    const failed = this.#conversation?.listenerError;
    if (failed === undefined || ending.kind !== 'completed') return ending;
    return stoppedEnding(StopReason.cancelled, 'none', { ...this.#facts(), cancelReason: failed.error });
  }

  lost(cause: Error | undefined, phase: LostPhase, lastRung: 'terminate' | 'kill'): void {
    const { table } = this.hosts;
    const row = this.row as number;
    const reason = table.endBroken(row, this.number);
    const mayRunAgain = phase === 'untouched' || this.#retries < this.options.retry;
    if (reason === StopReason.none && mayRunAgain && this.#canRunAgain) {
      if (phase !== 'untouched') this.#retries += 1;
      this.hosts.freeRow(row);
      this.takenBack();
      return;
    }
    // A child process takes the last rung by itself, too.
    const ended = reason !== StopReason.none && (lastRung === 'kill' || table.rung(row) === 'terminate');
    this.settle(
      ended
        ? stoppedEnding(reason, lastRung, this.#facts())
        : lostEnding(cause, this.language === 'module' && phase !== 'waiting'),
      this.#waited(),
    );
  }

  /** What was handed over is gone. */
  get #canRunAgain(): boolean {
    return this.#conversation?.isKnown !== true && this.transfer.length === 0;
  }

  /** Gives the task its outcome. Later calls change nothing. */
  settle(ending: Omit<Outcome, 'usage'>, usage: Usage = NO_USAGE): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#forgetSignal?.();
    // Not a literal that spreads it: V8 gives what is spread and then added to a hidden class of its own, each time.
    const outcome: Outcome = Object.assign(ending, { usage });
    const released = this.#conversation?.end(ending.error);
    if (released === undefined) this.#end(outcome);
    else void released.then(() => this.#end(outcome));
  }

  #end(outcome: Outcome): void {
    this.#owner.ended(this, outcome);
    this.#conversation?.ended(outcome);
    this.#announcement.make(outcome);
  }

  /** The task has no row any more, and needs another number: the old ones are still with its thread. */
  #displace(): void {
    this.row = undefined;
    this.number = this.#owner.nextNumber();
  }

  get #talk(): Conversation {
    this.#conversation ??= new Conversation(this);
    return this.#conversation;
  }

  #facts(): TaskFacts {
    return { limits: this.options.limits, extended: this.#extended, cancelReason: this.#cancelReason };
  }

  /** The usage of a task about which no more is known than how long it took. */
  #waited(): Usage {
    const now = monotonicNow();
    const beganAt = this.row === undefined ? 0 : this.hosts.table.beganAt(this.row);
    if (beganAt < this.#startedAt) return { ...NO_USAGE, queuedMs: now - this.#startedAt };
    return { ...NO_USAGE, queuedMs: beganAt - this.#startedAt, runMs: now - beganAt };
  }
}
