/**
 * Runs scripts on a bounded number of threads.
 *
 * 1. Every accepted task gets exactly one outcome, also when the runtime is closed.
 * 2. Never more than `slots` tasks are live, but for synchronous calls; never more than `queue` wait beyond them.
 * 3. Idle, it keeps no process alive; closed, it leaves no thread.
 */
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { nesting } from '../control/nesting.js';
import { LAST_NUMBER, StopReason } from '../control/task-word.js';
import { invalid } from '../errors/invalid.js';
import { StintError } from '../errors/stint-error.js';
import { HostGroup } from '../hosts/host-group.js';
import type { Isolation } from '../hosts/isolation.js';
import { OwnLedger } from '../hosts/own-ledger.js';
import type { Value } from '../values/value.js';
import { whyNotTransferable } from '../values/why-not-transferable.js';
import { blockFor } from './blocking.js';
import { Delivery } from './delivery.js';
import { failedEnding } from './ending.js';
import { JobCache } from './job-cache.js';
import { type MapOptions, mapOrdered, readConcurrency, readInputs, type Started } from './map.js';
import type { Outcome } from './outcome.js';
import { readOptions } from './read-options.js';
import { readStats } from './read-stats.js';
import { type RunOptions, type RunSyncOptions, resolveRunOptions, splitSyncOptions } from './run-options.js';
import {
  innerOptions,
  type ResolvedRuntimeOptions,
  type RuntimeOptions,
  resolveRuntimeOptions,
} from './runtime-options.js';
import { type LoadedSource, type ModuleSource, resolveSource, type Source, type SourceFile } from './source.js';
import type { RuntimeStats } from './stats.js';
import { Tally } from './tally.js';
import type { Task, TaskEvent } from './task.js';
import { type TaskOwner, TaskRun } from './task-run.js';
import { TaskSet } from './task-set.js';
import { type Duration, parseDuration } from './units.js';

/** How deep synchronous calls may be nested. Each level has threads of its own. */
export const MOST_NESTED = 4;

/** How deep tools of scripts may run scripts that call tools that run scripts. Each level has threads of its own. */
const MOST_INNER = 4;

/** Who waits for a task. */
type Caller = 'anybody' | 'thread' | 'child';

/** Runs scripts under limits. Leaving its `await using` block closes it. */
export class Runtime implements AsyncDisposable {
  readonly #options: ResolvedRuntimeOptions;
  /** What has recorded what outlives the process: child processes, scratch directories. @internal */
  readonly ledger: OwnLedger;
  readonly #groups = new Map<Isolation, HostGroup<TaskRun>>();
  readonly #tasks = new TaskSet();
  readonly #tally = new Tally();
  readonly #events = new EventEmitter<{ task: [TaskEvent]; idle: [] }>();
  readonly #owner: TaskOwner;
  readonly #jobs = new JobCache();
  readonly #delivery = new Delivery(this.#jobs, () => this.#isHeard);
  #lastNumber = 0;
  #closing = false;
  #closed: Promise<void> | undefined;
  /** How many runtimes it is within. */
  readonly #level: number;
  #inner: Runtime | undefined;

  /** @throws StintError `INVALID_ARGUMENT` */
  constructor(options?: RuntimeOptions, level = 0) {
    this.#level = level;
    this.#options = resolveRuntimeOptions(options);
    this.#owner = {
      id: randomBytes(4).toString('hex'),
      runtime: this,
      nextNumber: () => this.#nextNumber(),
      began: (task) => {
        if (this.#isHeard) this.#emit({ type: 'started', id: task.id });
      },
      start: (source, options) => this.#begin(resolveSource(source), options, 'child'),
      ended: (task, outcome) => this.#ended(task, outcome),
    };
    this.ledger = new OwnLedger(this.#options.directory);
    this.#group(this.#options.isolation);
  }

  /** Runs a script and returns what it returned. Rejects with a `StintError` if it does not complete. */
  run<T = Value>(source: Source, options?: RunOptions): Promise<T> {
    try {
      return this.#begin(resolveSource(source), options).withoutParts().result as Promise<T>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Starts a script. A task that cannot be accepted (`QUEUE_FULL`, `RUNTIME_CLOSED`) has `failed` as its
   * outcome at once.
   *
   * @throws StintError `INVALID_ARGUMENT`, `VALUE_NOT_TRANSFERABLE`: the call itself is wrong
   */
  start<T = Value>(source: Source, options?: RunOptions): Task<T> {
    return this.#begin(resolveSource(source), options) as Task<unknown> as Task<T>;
  }

  /**
   * Runs the same for each input, which is its first argument, and gives the results in the order of the inputs, as they come. No more than
   * `concurrency` tasks are on their way at once. The first failure ends it, and the tasks that are on their way.
   *
   * @example
   * ```ts
   * for await (const digest of runtime.map({ module }, files, { concurrency: 8 })) console.log(digest);
   * ```
   */
  map<T = Value, I = unknown>(
    source: Source,
    inputs: Iterable<I> | AsyncIterable<I>,
    options: Omit<RunOptions, 'args'> & MapOptions = {},
  ): AsyncGenerator<T, void, void> {
    const { concurrency, ...others } = options;
    const { threads, slots, queue } = this.#options;
    const resolved = resolveSource(source);
    const start = (input: I) => this.#begin(resolved, { ...others, args: [input] }).withoutParts() as Started<unknown>;
    return mapOrdered(
      readInputs(inputs),
      start as (input: I) => Started<T>,
      Math.min(readConcurrency(concurrency, threads), slots + queue),
    );
  }

  /**
   * Has every thread load every module anew before it runs a task of it that is started from now on: the file itself, not the ES modules that
   * it imports.
   */
  reloadModules(): void {
    this.#jobs.renew();
  }

  /**
   * Runs a script or a module's function while the calling thread blocks, and returns what it returned. May be called from any thread, also inside a
   * module task, up to {@link MOST_NESTED} deep.
   *
   * @throws StintError if it does not complete; `NESTED_SYNC` for a call that is nested deeper
   */
  runSync<T = Value>(source: Source, options?: RunSyncOptions): T {
    const [runOptions, cancel] = splitSyncOptions(options);
    if (nesting.depth >= MOST_NESTED) {
      throw new StintError(
        'NESTED_SYNC',
        `synchronous calls are nested ${nesting.depth} deep; no more than that can be`,
      );
    }
    const resolved = resolveSource(source);
    const loaded = 'load' in resolved ? resolved.loadSync() : resolved;
    if ((runOptions.isolation ?? this.#options.isolation) === 'process') {
      throw invalid('options.isolation', 'process', "'thread': the event loop stands still during a synchronous call");
    }
    const hosts = this.#group('thread');
    return hosts.block(() => blockFor(this.#begin(loaded, runOptions, 'thread').withoutParts(), hosts, cancel)) as T;
  }

  /** What the runtime is doing and has done. */
  stats(): RuntimeStats {
    const { name, interrupts } = this.#options;
    return readStats({ name, interrupts, groups: this.#groups, tasks: this.#tasks, tally: this.#tally });
  }

  /** Settles when no task is queued or live, and no thread holds anything of one. */
  async drain(): Promise<void> {
    while (!this.#isIdle) {
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
    for (const { dispatcher } of this.#groups.values()) dispatcher.close();
    this.#closed ??= this.#close(grace);
    return this.#closed;
  }

  /**
   * Where tools that its tasks call run scripts of their own, and functions that scripts call when no slot is free: those must not wait for slots that
   * their callers hold while they wait for them. Made when it is first asked for, with a thread or two, and closed with this one.
   *
   * @throws StintError `TOOL_FAILED` if it would be too deep, `RUNTIME_CLOSED`
   */
  get inner(): Runtime {
    if (this.#closing) throw runtimeClosed();
    if (this.#level >= MOST_INNER) {
      throw new StintError(
        'TOOL_FAILED',
        `scripts have the host run scripts ${MOST_INNER} deep; no more than that can be`,
      );
    }
    this.#inner ??= new Runtime(innerOptions(this.#options), this.#level + 1);
    return this.#inner;
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

  /** The hosts of one kind, made when they are first needed. */
  #group(isolation: Isolation): HostGroup<TaskRun> {
    const known = this.#groups.get(isolation);
    if (known !== undefined) return known;
    const { ledger } = this;
    const { threads, interrupts, idleTimeout, ...others } = this.#options;
    const group = new HostGroup<TaskRun>(
      {
        ...others,
        ledger,
        isolation,
        hosts: threads,
        means: interrupts,
        depth: nesting.depth + 1,
        idleMs: idleTimeout,
      },
      (task) => this.#delivery.claim(task),
      (task, host, claim) => this.#delivery.send(task, host, claim),
      () => this.#tellIfIdle(),
    );
    this.#groups.set(isolation, group);
    return group;
  }

  /** @param caller who waits for it: a thread that blocks, a task that holds a slot meanwhile, or anybody */
  #begin(
    loaded: LoadedSource | SourceFile | ModuleSource,
    options: RunOptions | undefined,
    caller: Caller = 'anybody',
  ): TaskRun {
    const resolved = resolveRunOptions(options, this.#options.limits, loaded.language, this.#options.tools);
    // A closed runtime makes no hosts; those of the default kind are always there.
    const isolation = this.#closing ? this.#options.isolation : (resolved.isolation ?? this.#options.isolation);
    const hosts = this.#group(isolation);
    if (caller === 'child' && !this.#closing && hosts.dispatcher.live >= this.#options.slots) {
      return this.inner.#begin(loaded, options);
    }
    const task = new TaskRun(this.#tally.start(), loaded, resolved, hosts, this.#owner);
    if (loaded.language === 'module') task.job = this.#jobs.find(loaded, resolved);
    this.#tasks.add(task);
    this.#accept(task, caller);
    return task;
  }

  #accept(task: TaskRun, caller: Caller): void {
    const { signal, priority } = task.options;
    if (this.#closing) {
      task.settle(failedEnding(runtimeClosed()));
    } else if (signal?.aborted === true) {
      task.requestStop(StopReason.cancelled, signal.reason);
      task.settleWithdrawn();
    } else if (caller !== 'anybody') {
      task.live = true;
      task.hosts.dispatcher.insist(task);
      if (task.row === undefined) this.#keepArgs(task);
    } else if (task.hosts.dispatcher.offer(task, priority)) {
      if (this.#isHeard) this.#emit({ type: 'queued', id: task.id });
      if (!task.live) this.#keepArgs(task);
    } else {
      const { slots, queue } = this.#options;
      const message = `all ${slots} slots are taken and ${queue} tasks wait; try again later, or raise options.queue`;
      task.settle(failedEnding(new StintError('QUEUE_FULL', message)));
    }
  }

  /** The caller may change the arguments before the task is sent. */
  #keepArgs(task: TaskRun): void {
    try {
      task.keepArgs();
    } catch (error) {
      if (!task.hosts.dispatcher.remove(task)) return;
      task.settle(failedEnding(whyNotTransferable(task.options.args, 'args', error)));
    }
  }

  #nextNumber(): number {
    this.#lastNumber = (this.#lastNumber % LAST_NUMBER) + 1;
    return this.#lastNumber;
  }

  #ended(task: TaskRun, outcome: Outcome): void {
    if (task.row !== undefined) {
      task.hosts.freeRow(task.row);
      task.row = undefined;
    }
    if (task.live) task.hosts.dispatcher.release();
    this.#tasks.delete(task);
    if (task.job !== undefined) this.#jobs.note(task.job, outcome.usage.runMs);
    this.#tally.end(outcome);
    if (this.#isHeard) this.#emit({ type: 'ended', id: task.id, outcome });
    this.#tellIfIdle();
    task.hosts.dispatcher.dispatch();
  }

  get #isIdle(): boolean {
    return this.#tasks.size === 0 && [...this.#groups.values()].every((group) => group.isQuiet);
  }

  #tellIfIdle(): void {
    if (this.#events.listenerCount('idle') > 0 && this.#isIdle) this.#events.emit('idle');
  }

  /** Whether anybody wants to hear of tasks. */
  get #isHeard(): boolean {
    return this.#events.listenerCount('task') > 0;
  }

  /** Not from here, but next: a listener that throws must not leave a task half ended. */
  #emit(event: TaskEvent): void {
    queueMicrotask(() => this.#events.emit('task', event));
  }

  async #close(grace: number | undefined): Promise<void> {
    const groups = [...this.#groups.values()];
    if (grace !== undefined) for (const group of groups) group.grace = grace;
    for (const task of this.#tasks.list()) task.requestStop(StopReason.closed);
    await this.drain();
    await Promise.all([this.#inner?.close(), ...groups.map((group) => group.close())]);
    await this.ledger.close();
  }
}

function runtimeClosed(): StintError {
  return new StintError('RUNTIME_CLOSED', 'the runtime is closed; make a new one');
}
