/**
 * Runs scripts on a bounded number of threads.
 *
 * 1. Every accepted task gets exactly one outcome, also when the runtime is closed.
 * 2. Never more than `slots` tasks are live, never more than `queue` wait beyond them.
 * 3. Idle, it keeps no process alive; closed, it leaves no thread.
 */
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { monotonicNow } from '../control/clock.js';
import { ControlTable } from '../control/control-table.js';
import { type InterrupterLease, watchTable } from '../control/interrupter.js';
import { LAST_NUMBER, State, StopReason, stateOf } from '../control/task-word.js';
import { engineFor } from '../engines/engine-name.js';
import type { EngineCode } from '../engines/load-engine.js';
import { messageOf } from '../errors/describe.js';
import { StintError } from '../errors/stint-error.js';
import { AdmissionQueue } from '../hosts/admission-queue.js';
import { compiledEngine, compileEngineOnce } from '../hosts/compiled-engines.js';
import type { ThreadHost } from '../hosts/thread-host.js';
import { ThreadPool } from '../hosts/thread-pool.js';
import type { Value } from '../values/value.js';
import { failedEnding } from './ending.js';
import {
  type ResolvedRuntimeOptions,
  type RunOptions,
  type RuntimeOptions,
  resolveRunOptions,
  resolveRuntimeOptions,
} from './options.js';
import type { Outcome } from './outcome.js';
import { readOptions } from './read-options.js';
import { type LoadedSource, resolveSource, type Source } from './source.js';
import { Durations, OutcomeCounter, type RuntimeStats, sumEngines } from './stats.js';
import type { Task, TaskEvent } from './task.js';
import { type TaskOwner, TaskRun } from './task-run.js';
import { type Duration, parseDuration } from './units.js';

/** Runs scripts under limits. Leaving its `await using` block closes it. */
export class Runtime implements AsyncDisposable {
  readonly #options: ResolvedRuntimeOptions;
  readonly #table: ControlTable;
  readonly #interrupter: InterrupterLease;
  readonly #pool: ThreadPool;
  readonly #admission: AdmissionQueue<TaskRun>;
  readonly #tasks = new Set<TaskRun>();
  readonly #freeRows: number[];
  readonly #counter = new OutcomeCounter();
  readonly #queueTimes = new Durations();
  readonly #runTimes = new Durations();
  readonly #events = new EventEmitter<{ task: [TaskEvent]; idle: [] }>();
  readonly #id = randomBytes(4).toString('hex');
  readonly #owner: TaskOwner;
  #nextDispatch: NodeJS.Timeout | undefined;
  #lastNumber = 0;
  #started = 0;
  #closing = false;
  #closed: Promise<void> | undefined;

  /** @throws StintError `INVALID_ARGUMENT` */
  constructor(options?: RuntimeOptions) {
    this.#options = resolveRuntimeOptions(options);
    const { slots, queue, threads, grace, quantum, interrupts, cellSize } = this.#options;
    this.#table = ControlTable.create(slots, threads, grace, quantum);
    this.#freeRows = Array.from({ length: slots }, (_, index) => slots - 1 - index);
    this.#admission = new AdmissionQueue(slots, queue);
    this.#interrupter = watchTable(interrupts, this.#table, (thread) => this.#pool.terminate(thread));
    this.#pool = new ThreadPool(threads, this.#table, interrupts, cellSize, this.#interrupter, () => this.#dispatch());
    this.#owner = {
      table: this.#table,
      stopRequested: () => this.#interrupter.look('task'),
      withdrawn: (task) => {
        if (this.#admission.remove(task)) task.settleWithdrawn();
      },
      began: (task) => this.#emit({ type: 'started', id: task.id }),
      waiting: () => this.#dispatch(),
      start: (source, options) => this.#begin(source, options),
      answer: (task, answer) => {
        const row = task.row as number;
        this.#pool.host(this.#table.thread(row))?.answer(row, task.number, answer);
      },
      ended: (task, outcome) => this.#ended(task, outcome),
    };
  }

  /** Runs a script and returns what it returned. Rejects with a `StintError` if it does not complete. */
  async run<T = Value>(source: Source, options?: RunOptions): Promise<T> {
    return this.start<T>(source, options).result;
  }

  /**
   * Starts a script. A task that cannot be accepted (`QUEUE_FULL`, `RUNTIME_CLOSED`) has `failed` as its
   * outcome at once.
   *
   * @throws StintError `INVALID_ARGUMENT`, `VALUE_NOT_TRANSFERABLE`: the call itself is wrong
   */
  start<T = Value>(source: Source, options?: RunOptions): Task<T> {
    return this.#begin(source, options) as Task<unknown> as Task<T>;
  }

  /** What the runtime is doing and has done. */
  stats(): RuntimeStats {
    const states = [...this.#tasks].map((task) =>
      task.row === undefined ? undefined : stateOf(this.#table.word(task.row)),
    );
    const count = (...wanted: (State | undefined)[]): number => states.filter((state) => wanted.includes(state)).length;
    return {
      name: this.#options.name,
      threads: { count: this.#pool.hosts.length, started: this.#pool.started },
      interrupts: this.#options.interrupts,
      queued: count(undefined, State.queued),
      live: this.#admission.live,
      running: count(State.running),
      waiting: count(State.waiting),
      stopping: count(State.stopping, State.breaking, State.ended),
      slices: this.#table.threads.counted('slices'),
      wakeups: this.#table.threads.counted('wakeups'),
      queueMs: this.#queueTimes.read(),
      runMs: this.#runTimes.read(),
      started: this.#started,
      ended: { ...this.#counter.ended },
      rungs: { ...this.#counter.rungs },
      engines: sumEngines(this.#pool.hosts.map((host) => host.engineCounts)),
    };
  }

  /** Settles when no task is queued or live. */
  async drain(): Promise<void> {
    while (this.#tasks.size > 0) {
      await new Promise<void>((resolve) => this.#events.once('idle', resolve));
    }
  }

  /**
   * Ends all tasks, queued ones too, and then the threads. Settles when nothing is left.
   *
   * @param options `grace`: how long scripts may clean up, in place of the runtime's own grace
   */
  close(options?: { grace?: Duration }): Promise<void> {
    const { grace } = readOptions(options, 'options', { grace: parseDuration });
    this.#closing = true;
    this.#closed ??= this.#close(grace);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Calls the listener for each step of each task. */
  on(event: 'task', listener: (event: TaskEvent) => void): this {
    this.#events.on(event, listener);
    return this;
  }

  off(event: 'task', listener: (event: TaskEvent) => void): this {
    this.#events.off(event, listener);
    return this;
  }

  #begin(source: Source, options: RunOptions | undefined): TaskRun {
    const loaded = resolveSource(source);
    const resolved = resolveRunOptions(options, this.#options.limits);
    this.#lastNumber = (this.#lastNumber % LAST_NUMBER) + 1;
    this.#started += 1;
    const task = new TaskRun(`${this.#id}-${this.#started}`, this.#lastNumber, loaded, resolved, this.#owner);
    this.#tasks.add(task);
    this.#accept(task);
    return task;
  }

  #accept(task: TaskRun): void {
    const { signal, priority } = task.options;
    if (this.#closing) {
      task.settle(failedEnding(new StintError('RUNTIME_CLOSED', 'the runtime is closed; make a new one')));
    } else if (signal?.aborted === true) {
      task.requestStop(StopReason.cancelled, signal.reason);
      task.settleWithdrawn();
    } else if (this.#admission.add(task, priority)) {
      this.#emit({ type: 'queued', id: task.id });
      this.#dispatch();
    } else {
      const { slots, queue } = this.#options;
      const message = `all ${slots} slots are taken and ${queue} tasks wait; try again later, or raise options.queue`;
      task.settle(failedEnding(new StintError('QUEUE_FULL', message)));
    }
  }

  /** Brings waiting tasks to threads. */
  #dispatch(): void {
    clearTimeout(this.#nextDispatch);
    while (!this.#closing) {
      const task = this.#admission.peek();
      if (task === undefined) return;
      const now = monotonicNow();
      const host = this.#pool.place(task.language !== 'lua', now);
      if (typeof host === 'number') {
        if (host !== Number.POSITIVE_INFINITY) this.#dispatchAt(host - now);
        return;
      }
      this.#admission.admit();
      task.live = true;
      this.#send(task, host);
    }
  }

  #dispatchAt(delay: number): void {
    this.#nextDispatch = setTimeout(() => this.#dispatch(), Math.ceil(delay));
    this.#nextDispatch.unref();
  }

  /** Brings a task to its thread: at once if all is there, else when its file is read or its engine compiled. */
  #send(task: TaskRun, host: ThreadHost): void {
    const source = task.source;
    const engine = compiledEngine(engineFor(task.language));
    if (!('load' in source) && engine !== undefined) {
      this.#start(task, host, source, engine);
      return;
    }
    host.reserve();
    this.#load(task).then(
      ([loaded, compiled]) => {
        host.unreserve();
        this.#start(task, host, loaded, compiled);
        this.#dispatch();
      },
      (error: unknown) => {
        host.unreserve();
        task.settle(failedEnding(error instanceof StintError ? error : engineMissing(error)));
      },
    );
  }

  async #load(task: TaskRun): Promise<[LoadedSource, EngineCode]> {
    const source = 'load' in task.source ? await task.source.load() : task.source;
    return [source, await compileEngineOnce(engineFor(source.language))];
  }

  #start(task: TaskRun, host: ThreadHost, source: LoadedSource, engine: EngineCode): void {
    if (task.isWithdrawn) {
      task.settleWithdrawn();
      return;
    }
    const { args, limits, functions, events, permissions } = task.options;
    // There is one: as many rows as slots, and the task has a slot.
    const row = this.#freeRows.pop() as number;
    task.row = row;
    this.#table.assign(row, task.number, host.index);
    host.addEngine(engine);
    host.start(
      {
        row,
        number: task.number,
        program: {
          ...source,
          args,
          memory: limits.memory,
          functions: [...functions.keys()],
          events: [...events.keys()],
        },
        timeout: limits.timeout,
        outputLimit: limits.output,
        callLimit: limits.hostCalls,
        permissions,
        announce: this.#events.listenerCount('task') > 0,
      },
      task,
    );
  }

  #ended(task: TaskRun, outcome: Outcome): void {
    if (task.row !== undefined) {
      this.#table.release(task.row);
      this.#freeRows.push(task.row);
      task.row = undefined;
    }
    if (task.live) this.#admission.release();
    this.#tasks.delete(task);
    this.#counter.add(outcome);
    this.#queueTimes.add(outcome.usage.queuedMs);
    this.#runTimes.add(outcome.usage.runMs);
    this.#emit({ type: 'ended', id: task.id, outcome });
    if (this.#tasks.size === 0) this.#events.emit('idle');
    this.#dispatch();
  }

  /** Not from here, but next: a listener that throws must not leave a task half ended. */
  #emit(event: TaskEvent): void {
    if (this.#events.listenerCount('task') > 0) queueMicrotask(() => this.#events.emit('task', event));
  }

  async #close(grace: number | undefined): Promise<void> {
    if (grace !== undefined) this.#table.grace = grace;
    for (const task of this.#tasks) task.requestStop(StopReason.closed);
    await this.drain();
    await this.#pool.close();
    await this.#interrupter.release();
  }
}

function engineMissing(error: unknown): StintError {
  return new StintError('DEPENDENCY_MISSING', `the engine cannot be loaded: ${messageOf(error)}`, { cause: error });
}
