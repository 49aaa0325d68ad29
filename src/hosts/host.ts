/**
 * The tasks of one place where tasks run, a worker thread or a child process, seen from the thread that made it.
 *
 * 1. Every task that was handed over is heard of again: by its report, or, when its carrier is gone, as lost.
 * 2. The carrier keeps the process alive only while it has a task, or one to drop.
 */
import { monotonicNow } from '../control/clock.js';
import type { ControlTable } from '../control/control-table.js';
import { RowMap } from '../control/row-map.js';
import { State, type StopReason, stateOf } from '../control/task-word.js';
import type { Answer, Call, EngineCounts } from '../engines/engine.js';
import { ENGINE_NAMES, type EngineName } from '../engines/engine-name.js';
import type { EngineOrder } from '../engines/load-engine.js';
import type { Transferable } from '../values/transfer.js';
import type { Job, SentEvent, TaskOrder, TaskReport } from '../worker/messages.js';
import type { Carrier, CarrierMaker, TaskMessage } from './carrier.js';
import { HangWatch } from './hang-watch.js';
import type { Recycling } from './recycling.js';
import { type Claim, MOST_AHEAD, ThreadLoad } from './thread-load.js';

/** What a task hears of its thread. */
export interface TaskListener {
  began(): void;
  /** It had not begun, and is not the thread's any more: it has to go to another. */
  takenBack(): void;
  /** The task waits; its thread can run another. */
  waiting(): void;
  output(text: string, stream: 'stdout' | 'stderr'): void;
  call(call: Call): void;
  events(events: readonly SentEvent[]): void;
  ended(report: TaskReport): void;
  /**
   * The thread or process is gone: ended on purpose as the ladder's last rung, or dead by itself (then `cause` says of what). `phase`: how far
   * the task had come; `untouched`: it had not begun, and another one has been there.
   */
  lost(cause: Error | undefined, phase: 'untouched' | 'begun' | 'waiting', lastRung: Carrier['lastRung']): void;
}

interface HostedTask extends Claim {
  /** Whether it was sent while another task held the thread, and can be sent to another one. */
  readonly ahead: boolean;
  readonly number: number;
  waiting: boolean;
  readonly listener: TaskListener;
}

/** How long the hosts of a pool live. */
export interface HostSettings {
  readonly recycle: Recycling;
  /** Milliseconds that a host may have nothing to do; `Infinity` for any time. */
  readonly idleMs: number;
}

/** A task that is still being loaded. */
const RESERVED: Claim = { holds: true, expectedMs: Number.POSITIVE_INFINITY };

export class Host {
  readonly index: number;
  readonly #settings: HostSettings;
  readonly #startedAt = monotonicNow();
  #taskCount = 0;
  /** For how many tasks it is kept that are still being loaded. */
  #reserved = 0;
  #idle: NodeJS.Timeout | undefined;
  readonly #carrier: Carrier;
  readonly #table: ControlTable;
  readonly #tasks = new RowMap<HostedTask>();
  /** Rows of tasks that were taken back, until the thread has dropped these. */
  readonly #revoked = new Set<number>();
  readonly #onFreeRow: (row: number) => void;
  readonly #onIdle: (host: Host) => void;
  readonly #load: ThreadLoad;
  /** Counts tasks that have ended. */
  #progress = 0;
  #watch: NodeJS.Timeout | undefined;
  readonly #hangs = new HangWatch(() => {
    // The event loop may not have come yet to what it has sent.
    this.#carrier.leave();
    this.giveUpIfHung();
    return !this.isQuiet && !this.#spoiled;
  });
  /** See {@link spoiled}. */
  #spoiled = false;
  /** Whether it has served its time: it goes as soon as it has no task. */
  #isDue = false;
  /** Whether a task has ended here as it should. */
  served = false;

  /**
   * @param onFreeRow called with the row of a task that was taken back, when it can be used again
   * @param onIdle called when the thread has had nothing to do for too long
   * @param onExit called when the thread is gone, after its tasks were told
   */
  constructor(
    index: number,
    table: ControlTable,
    settings: HostSettings,
    makeCarrier: CarrierMaker,
    onFreeRow: (row: number) => void,
    onIdle: (host: Host) => void,
    onExit: (host: Host) => void,
  ) {
    this.#onFreeRow = onFreeRow;
    this.#onIdle = onIdle;
    this.index = index;
    this.#settings = settings;
    this.#table = table;
    this.#carrier = makeCarrier(
      index,
      (message) => this.#receive(message),
      () => {
        this.#loseTasks();
        onExit(this);
      },
    );
    this.#load = new ThreadLoad(table.threads.quantum, this.#carrier.takesAhead);
    this.#awaitIdle();
  }

  /** What the thread's engines hold. */
  get engineCounts(): Partial<Record<EngineName, EngineCounts>> {
    const counts: Partial<Record<EngineName, EngineCounts>> = {};
    for (const [place, name] of ENGINE_NAMES.entries()) {
      const [live, spare, instances, tableSize] = this.#table.threads.counts(this.index, place);
      if (live + spare + instances > 0) counts[name] = { live, spare, instances, tableSize };
    }
    return counts;
  }

  /** Whether the last rung may have to wait: a thread ends when the system call that it is in returns, a process is killed. */
  get mayOutliveIt(): boolean {
    return this.#carrier.lastRung === 'terminate';
  }

  /** Whether it compiles engines itself. */
  get compiles(): boolean {
    return this.#carrier.compiles;
  }

  /** Whether the thread goes when its other tasks have ended, as it has something left of a task, or has served its time. */
  get spoiled(): boolean {
    return this.#spoiled;
  }

  /** Whether the thread holds nothing of a task: neither one that it has nor one that was taken back. */
  get isQuiet(): boolean {
    return this.#tasks.size + this.#revoked.size === 0;
  }

  /** How many tasks the thread has, or is kept for, waiting ones included. */
  get load(): number {
    return this.#tasks.size + this.#reserved;
  }

  /** How many tasks run or could run. */
  get busy(): number {
    return this.#load.busy;
  }

  /**
   * When another task may come. One that is due takes none but where all that it has wait: that may be for long.
   *
   * @param promised whether what is still being loaded for it counts
   */
  opensAt(claim: Claim, promised: boolean): number {
    if (this.#carrier.isGone || this.#spoiled || (this.#isDue && this.busy > 0)) return Number.POSITIVE_INFINITY;
    if (!promised && this.#reserved > 0 && this.busy === this.#reserved) return 0;
    return this.#load.opensAt(claim);
  }

  /** Whether a task waits less for those that the thread has than another thread takes to wake. */
  get isSoonFree(): boolean {
    return this.#load.isSoonFree;
  }

  /** Whether a task that is sent now may come back and be sent to another thread. */
  sendsAhead(transfer: readonly Transferable[]): boolean {
    // What was handed over cannot be sent a second time.
    return this.#load.isHeld && transfer.length === 0;
  }

  /** Keeps the thread for a task that is still being loaded. */
  reserve(): void {
    this.#reserved += 1;
    this.#load.add(RESERVED);
  }

  unreserve(): void {
    this.#reserved -= 1;
    this.#load.remove(RESERVED);
    if (this.#tasks.size === 0) this.#rest();
  }

  /** Hands over an engine's compiled WebAssembly, once. */
  addEngine(engine: EngineOrder): void {
    this.#carrier.addEngine(engine);
  }

  /** @throws DataCloneError if what it is given cannot be cloned: the thread hears nothing of it then */
  start(
    order: TaskOrder,
    job: Job,
    { holds, expectedMs }: Claim,
    listener: TaskListener,
    transfer: readonly Transferable[] = [],
  ): void {
    if (this.#carrier.isGone) {
      // It was loaded for this one, which died meanwhile.
      this.#onFreeRow(order.row);
      listener.takenBack();
      return;
    }
    this.#carrier.start(order, job, transfer);
    if (this.#tasks.size === 0) {
      clearTimeout(this.#idle);
      this.#idle = undefined;
      this.#carrier.keepAlive(true);
    }
    const { row, number } = order;
    const ahead = this.sendsAhead(transfer);
    const task = { number, expectedMs, holds, ahead, waiting: false, listener };
    this.#load.add(task);
    this.#tasks.set(row, task);
    if (ahead) this.#watchProgress();
    if (this.#carrier.takesAhead && this.#taskCount > 0) this.#hangs.sent();
  }

  /** Takes back a task that has not begun. False if it has, or if the thread has to drop so many already that there are rows for no more. */
  takeBack(row: number, number: number): boolean {
    if (this.#revoked.size >= MOST_AHEAD) return false;
    const task = this.#tasks.get(row);
    if (!this.#carrier.takesAhead || task?.number !== number || !this.#table.revoke(row, number)) return false;
    this.#revoked.add(row);
    this.#forget(row, task);
    return true;
  }

  /** Sends what has not begun elsewhere, and has the thread replaced, if it hangs in what a task has left running there. All that it has sent has been taken. */
  giveUpIfHung(): void {
    if (!this.#hangs.isSilent || this.#table.threads.isLoading(this.index)) return;
    const isQueued = (row: number): boolean => stateOf(this.#table.word(row)) === State.queued;
    const tasks = [...this.#tasks];
    const isHeld = tasks.some(([row, { waiting }]) => !waiting && !isQueued(row));
    const toDo = tasks.filter(([row]) => isQueued(row));
    if (isHeld || toDo.length + this.#revoked.size === 0) this.#hangs.heard();
    if (!this.#hangs.isSilent || this.#table.threads.rowInside(this.index) !== undefined) return;
    this.#spoiled = true;
    for (const [row, { number, listener }] of toDo) if (this.takeBack(row, number)) listener.takenBack();
    this.#goIfDone();
  }

  /** A task was asked to end. */
  stop(row: number, number: number, reason: StopReason): void {
    this.#carrier.stop(row, number, reason);
  }

  /** Gives a task another deadline, so many milliseconds from now. */
  extend(row: number, number: number, ms: number): void {
    this.#carrier.extend(row, number, ms);
  }

  /** Answers a call of one of its tasks. */
  answer(row: number, number: number, answer: Answer): void {
    this.#carrier.tell({ op: 'answer', row, number, answer });
  }

  /** Takes what the thread has sent, on a thread that blocks. True if that was anything. */
  receive(): boolean {
    return this.#carrier.receive();
  }

  /** Blocks the calling thread until this one sends something, but no longer than so many milliseconds. */
  block(ms: number): void {
    this.#carrier.block(ms);
  }

  /** The calling thread does not block any more. */
  leave(): void {
    this.#carrier.leave();
  }

  /** Ends the thread and gives its tasks up, without waiting for its end. */
  abandon(): void {
    void this.terminate(true);
    this.#loseTasks();
  }

  /** Ends the thread; settles when it is gone. @param atOnce whatever it is doing */
  async terminate(atOnce: boolean): Promise<void> {
    await this.#carrier.terminate(atOnce);
  }

  /** Forgets a task that has ended or is not the thread's any more. */
  #forget(row: number, task: HostedTask): void {
    this.#tasks.delete(row);
    if (!task.waiting) this.#load.remove(task);
    if (this.#tasks.size === 0) this.#rest();
  }

  /** The thread has no task. */
  #rest(): void {
    this.#carrier.keepAlive(!this.isQuiet);
    this.#awaitIdle();
    this.#goIfDone();
  }

  #awaitIdle(): void {
    const { idleMs } = this.#settings;
    if (idleMs === Number.POSITIVE_INFINITY) return;
    this.#idle ??= setTimeout(() => {
      this.#idle = undefined;
      this.#onIdle(this);
    }, idleMs).unref();
  }

  #goIfDone(): void {
    if (!(this.#spoiled || this.#isDue) || this.load > 0) return;
    this.#spoiled = true;
    void this.terminate(false);
  }

  #watchProgress(): void {
    const progress = this.#progress;
    this.#watch ??= setTimeout(() => this.#look(progress), this.#table.threads.quantum).unref();
  }

  /** A quantum has passed. If the thread got nothing done in it, what is behind a task goes elsewhere. */
  #look(progress: number): void {
    this.#watch = undefined;
    const behind = [...this.#tasks].filter(([, { ahead }]) => ahead);
    if (behind.length === 0) return;
    if (progress !== this.#progress) {
      this.#watchProgress();
      return;
    }
    this.#load.stuck = true;
    for (const [row, { number, listener }] of behind) if (this.takeBack(row, number)) listener.takenBack();
  }

  #receive(message: TaskMessage): void {
    this.#hangs.heard();
    if (message.op === 'dropped') {
      this.#freeRow(message.row);
      return;
    }
    const task = this.#tasks.get(message.row);
    if (task === undefined || task.number !== message.number) return;
    switch (message.op) {
      case 'began':
        task.listener.began();
        return;
      case 'waiting':
        if (task.waiting) return;
        task.waiting = true;
        this.#load.remove(task);
        task.listener.waiting();
        return;
      case 'woken':
        if (!task.waiting) return;
        task.waiting = false;
        this.#load.add(task);
        return;
      case 'call':
        task.listener.call(message.call);
        return;
      case 'events':
        task.listener.events(message.events);
        this.#carrier.tell({
          op: 'delivered',
          row: message.row,
          number: message.number,
          events: message.events.length,
          bytes: message.bytes,
        });
        return;
      case 'output':
        task.listener.output(message.text, message.stream);
        return;
      case 'ended':
        this.#forget(message.row, task);
        this.#progress += 1;
        this.#load.stuck = false;
        if (message.report.spoilsThread) this.#spoiled = true;
        else this.served = true;
        this.#recycle(message.report.holdsTooMuch);
        task.listener.ended(message.report);
        this.#goIfDone();
    }
  }

  /** @param holdsTooMuch whether the thread holds more memory than it may keep */
  #recycle(holdsTooMuch: boolean): void {
    const { tasks, ageMs } = this.#settings.recycle;
    this.#taskCount += 1;
    const isOld = ageMs !== Number.POSITIVE_INFINITY && monotonicNow() - this.#startedAt >= ageMs;
    if (holdsTooMuch || isOld || this.#taskCount >= tasks) this.#isDue = true;
  }

  /** A row that was taken back is not in the thread's hands any more. */
  #freeRow(row: number): void {
    if (!this.#revoked.delete(row)) return;
    if (this.isQuiet) this.#carrier.keepAlive(false);
    this.#onFreeRow(row);
  }

  #loseTasks(): void {
    clearTimeout(this.#watch);
    clearTimeout(this.#idle);
    this.#hangs.stop();
    for (const row of this.#revoked) this.#freeRow(row);
    const tasks = [...this.#tasks];
    this.#tasks.clear();
    const { lastRung, cause } = this.#carrier;
    const isQueued = (row: number): boolean => stateOf(this.#table.word(row)) === State.queued;
    // One that dies before it has begun with anything may do so each time.
    const wasAtWork = this.#taskCount > 0 || tasks.some(([row]) => !isQueued(row));
    const phases = tasks.map(([row, { waiting }]) => {
      if (waiting) return 'waiting';
      return wasAtWork && isQueued(row) ? 'untouched' : 'begun';
    });
    for (const [i, [, { listener }]] of tasks.entries())
      listener.lost(cause, phases[i] as (typeof phases)[0], lastRung);
  }
}
