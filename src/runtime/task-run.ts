/**
 * A task on its way through a runtime.
 *
 * 1. `#settle` is called once; what comes after changes nothing.
 * 2. The outcome is announced after the row and the slot are free.
 */
import { monotonicNow } from '../control/clock.js';
import { State, StopReason, stateOf } from '../control/task-word.js';
import type { Answer, Call } from '../engines/engine.js';
import { type ScriptLanguage, StintError } from '../errors/stint-error.js';
import type { Place, Queueable } from '../hosts/admission-queue.js';
import type { TaskListener } from '../hosts/host.js';
import type { HostGroup } from '../hosts/host-group.js';
import { callListener } from '../scope/call-listener.js';
import { onAbort } from '../scope/on-abort.js';
import { buffersOf } from '../values/buffers-of.js';
import { pack } from '../values/packed.js';
import { isPrimitive } from '../values/value.js';
import type { Job, SentEvent, TaskOrder, TaskReport } from '../worker/messages.js';
import { endingOf, heapEnding, lostEnding, NO_USAGE, stoppedEnding, type TaskFacts } from './ending.js';
import { HostCalls } from './host-calls.js';
import { parseTimeout } from './limits.js';
import type { Outcome, Usage } from './outcome.js';
import { Parts } from './parts.js';
import type { ResolvedRunOptions, RunOptions } from './run-options.js';
import type { Runtime } from './runtime.js';
import type { LoadedSource, ModuleSource, Source, SourceFile } from './source.js';
import type { Task, TaskState } from './task.js';
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

const STATES: Record<State, TaskState> = {
  [State.free]: 'ended',
  [State.queued]: 'queued',
  [State.running]: 'running',
  [State.waiting]: 'waiting',
  [State.stopping]: 'stopping',
  [State.breaking]: 'stopping',
  [State.ended]: 'stopping',
};

const NOBODY: readonly TaskRun[] = [];

/** So many bytes of kept arguments go to their thread for good, instead of being kept in case that they are taken back from it. */
const LEAST_HANDED_OVER = 64 * 1024;

export class TaskRun implements Task, TaskListener, Queueable {
  /** Counts up within the runtime. */
  readonly #serial: number;
  /** Another one when the task is taken back from a thread. */
  number: number;
  /** What a module task has in common with others. */
  job: Job | undefined;
  options: ResolvedRunOptions;
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
  #calls: HostCalls | undefined;
  #cancelReason: unknown;
  /** The timeout that it was last given while it ran, in ms. */
  #extended: number | undefined;
  /** Whether its arguments are copies that nobody else has. */
  #hasKeptArgs = false;
  /** They as bytes, if they can be. */
  #packedArgs: Uint8Array | undefined;
  #stopReason: StopReason = StopReason.none;
  /** What a listener of the caller's threw first. */
  #listenerError: { readonly error: unknown } | undefined;
  #settled = false;
  /** How often it was run again. */
  #retries = 0;
  /** Whether something outside knows of it: it cannot be run again then as if nothing had been. */
  #isKnown = false;
  /** Those that were started for it; none for most. */
  #children: Set<TaskRun> | undefined;
  #final: Outcome | undefined;
  // Promises are made when they are first asked for: most callers want one of the two, and a result that nobody wants is to
  // reject nowhere.
  #outcome: Promise<Outcome> | undefined;
  #tellOutcome: ((outcome: Outcome) => void) | undefined;
  #result: Promise<unknown> | undefined;
  #resolveResult: ((value: unknown) => void) | undefined;
  #rejectResult: ((error: unknown) => void) | undefined;
  #parts: Parts | undefined;
  /** Whether nobody can ask for its parts: see {@link withoutParts}. */
  #dropsParts = false;
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

  get children(): readonly Task[] {
    return [...(this.#children ?? [])];
  }

  get state(): TaskState {
    if (this.#settled) return this.#final === undefined ? 'stopping' : 'ended';
    if (this.row !== undefined) return STATES[stateOf(this.hosts.table.word(this.row))];
    return this.#stopReason === StopReason.none ? 'queued' : 'stopping';
  }

  get language(): ScriptLanguage | 'module' {
    return this.source.language;
  }

  get outcome(): Promise<Outcome> {
    this.#outcome ??= new Promise((resolve) => {
      if (this.#final === undefined) this.#tellOutcome = resolve;
      else resolve(this.#final);
    });
    return this.#outcome;
  }

  get result(): Promise<unknown> {
    if (this.#result === undefined) {
      this.#result = new Promise((resolve, reject) => {
        this.#resolveResult = resolve;
        this.#rejectResult = reject;
      });
      if (this.#final !== undefined) this.#tellResult(this.#final);
    }
    return this.#result;
  }

  /** Its outcome, as soon as it has one. */
  get final(): Outcome | undefined {
    return this.#final;
  }

  /** Whether the task was asked to end before it came to a thread. */
  get isWithdrawn(): boolean {
    return this.#stopReason !== StopReason.none;
  }

  /** What is sent to its thread as its arguments: themselves, or bytes. */
  get sentArgs(): TaskOrder['args'] {
    return this.#packedArgs ?? this.options.args;
  }

  /** Takes the arguments of a module task as they are now, when it is first called. @throws DataCloneError */
  keepArgs(): void {
    const { args, transfer } = this.options;
    if (this.#hasKeptArgs || this.source.language !== 'module' || args.every(isPrimitive)) return;
    this.#hasKeptArgs = true;
    if (transfer.length === 0) this.#packedArgs = pack(args);
    if (this.#packedArgs !== undefined) return;
    const kept = structuredClone({ args, transfer }, { transfer: [...transfer] });
    this.options = { ...this.options, args: kept.args, transfer: [...kept.transfer, ...this.#largeBuffers(kept.args)] };
  }

  /** Those of kept arguments that are worth handing over instead of being copied again; what may be run again has to keep them. */
  #largeBuffers(args: readonly unknown[]): ArrayBuffer[] {
    if (this.options.retry > 0) return [];
    const buffers = buffersOf(args);
    const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return bytes < LEAST_HANDED_OVER ? [] : buffers;
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
    return this.#takeParts();
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
    this.#dropsParts = true;
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
    this.#isKnown = true;
    this.#tell(() => this.options.output?.(text, stream));
  }

  call(call: Call): void {
    this.#isKnown = true;
    if (call.kind === 'part') {
      if (this.#dropsParts) {
        this.#answer({ id: call.id, kind: 'value', value: undefined });
        return;
      }
      this.#takeParts().add(call.args[0], () => this.#answer({ id: call.id, kind: 'value', value: undefined }));
      return;
    }
    this.#calls ??= new HostCalls(this.options, {
      task: this,
      start: <T>(source: Source, options?: RunOptions) => this.#startChild(source, options) as Task<unknown> as Task<T>,
      runtime: this.#owner.runtime,
    });
    this.#calls.call(call, (answer) => this.#answer(answer));
  }

  events(events: readonly SentEvent[]): void {
    this.#isKnown = true;
    for (const { name, args } of events) this.#tell(() => this.options.events.get(name)?.(...args));
  }

  ended(report: TaskReport): void {
    const begun = report.beganAt > 0;
    this.settle(this.#endingOf(report), {
      // The clocks of two threads may be microseconds apart.
      queuedMs: Math.max(0, (begun ? report.beganAt : report.endedAt) - this.#startedAt),
      runMs: begun ? report.endedAt - report.beganAt : 0,
      cpuMs: report.cpuMs,
      peakMemory: report.peakMemory,
      hostCalls: report.hostCalls,
      outputBytes: report.outputBytes,
    });
  }

  /** A script may have come to its end before it heard that a listener had failed. */
  #endingOf(report: TaskReport): ReturnType<typeof endingOf> {
    const ending = endingOf(report, this.#facts());
    if (this.#listenerError === undefined || ending.kind !== 'completed') return ending;
    return stoppedEnding(StopReason.cancelled, 'none', { ...this.#facts(), cancelReason: this.#listenerError.error });
  }

  lost(cause: Error | undefined, phase: 'untouched' | 'begun' | 'waiting', lastRung: 'terminate' | 'kill'): void {
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
      ended ? stoppedEnding(reason, lastRung, this.#facts()) : this.#lostEnding(cause, phase === 'waiting'),
      this.#waited(),
    );
  }

  /** What was handed over is gone. */
  get #canRunAgain(): boolean {
    return !this.#isKnown && this.options.transfer.length === 0;
  }

  /** A heap is filled by a module that runs, not by a script: its memory is elsewhere. */
  #lostEnding(cause: Error | undefined, waits: boolean): ReturnType<typeof lostEnding> {
    const { code } = (cause ?? {}) as { code?: unknown };
    return code === 'ERR_WORKER_OUT_OF_MEMORY' && this.language === 'module' && !waits
      ? heapEnding(cause)
      : lostEnding(cause);
  }

  /** Gives the task its outcome. Later calls change nothing. */
  settle(ending: Omit<Outcome, 'usage'>, usage: Usage = NO_USAGE): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#forgetSignal?.();
    const { error } = ending;
    this.#calls?.end(() => error ?? new StintError('CANCELLED', 'the task that made the call has ended'));
    // Not a literal that spreads it: V8 gives what is spread and then added to a hidden class of its own, each time.
    const outcome: Outcome = Object.assign(ending, { usage });
    const children = this.#children === undefined ? NOBODY : [...this.#children];
    for (const child of children) void child.cancel('the task that it was started for has ended');
    const released = this.#calls?.release();
    if (children.length === 0 && released === undefined) this.#end(outcome);
    else void this.#endAfter(children, released, outcome);
  }

  async #endAfter(children: readonly TaskRun[], released: Promise<void> | undefined, outcome: Outcome): Promise<void> {
    await Promise.all([released, ...children.map((child) => child.outcome)]);
    this.#end(outcome);
  }

  #end(outcome: Outcome): void {
    this.#owner.ended(this, outcome);
    this.#final = outcome;
    this.#parts?.end(outcome);
    this.#tellOutcome?.(outcome);
    this.#tellResult(outcome);
  }

  #tellResult({ error, value }: Outcome): void {
    if (error === undefined) this.#resolveResult?.(value);
    else this.#rejectResult?.(error);
  }

  #answer(answer: Answer): void {
    if (!this.#settled && this.row !== undefined) this.hosts.answer(this.row, this.number, answer);
  }

  /** The task has no row any more, and needs another number: the old ones are still with its thread. */
  #displace(): void {
    this.row = undefined;
    this.number = this.#owner.nextNumber();
  }

  #takeParts(): Parts {
    if (this.#parts === undefined) {
      this.#parts = new Parts(() => this.cancel('its parts are not wanted any more'));
      if (this.#settled) void this.outcome.then((outcome) => this.#parts?.end(outcome));
    }
    return this.#parts;
  }

  #startChild(source: Source, options: RunOptions | undefined): TaskRun {
    if (this.#settled) {
      throw new StintError('CANCELLED', 'the task that the script was to be started for has ended');
    }
    const child = this.#owner.start(source, options);
    this.#children ??= new Set();
    this.#children.add(child);
    void child.outcome.then(() => this.#children?.delete(child));
    return child;
  }

  /** Calls a listener of the caller's. If it throws, or a promise of its rejects before the task has ended, the task ends, and its outcome says why. */
  #tell(listener: () => unknown): void {
    void callListener(listener, (error) => this.#listenerFailed(error));
  }

  #listenerFailed(error: unknown): void {
    if (this.#settled) {
      // The outcome cannot tell of it: let the process.
      void Promise.reject(error);
      return;
    }
    this.#listenerError ??= { error };
    void this.cancel(error);
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
