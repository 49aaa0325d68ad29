/**
 * The tasks of one place where tasks run, a worker thread or a child process, seen from the thread that made it.
 *
 * 1. Every task that was handed over is heard of again: by its report, or, when its carrier is gone, as lost.
 * 2. The carrier keeps the process alive only while it has a task, or one to drop.
 */
import type { ControlTable } from '../control/control-table.js';
import type { StopReason } from '../control/task-word.js';
import type { Answer, EngineCounts } from '../engines/engine.js';
import { ENGINE_NAMES, type EngineName } from '../engines/engine-name.js';
import type { EngineOrder } from '../engines/load-engine.js';
import type { Transferable } from '../values/transfer.js';
import type { Job, TaskOrder } from '../worker/messages.js';
import type { Carrier, CarrierMaker, TaskMessage } from './carrier.js';
import { HangWatch } from './hang-watch.js';
import { type HostedTask, HostedTasks } from './hosted-tasks.js';
import { ProgressWatch } from './progress-watch.js';
import { type HostSettings, ServiceLife } from './service-life.js';
import type { TaskListener } from './task-listener.js';
import type { Claim } from './thread-load.js';

/** A task that is still being loaded. */
const RESERVED: Claim = { holds: true, expectedMs: Number.POSITIVE_INFINITY };

/** See the top of the file. */
export class Host {
  readonly index: number;
  /** For how many tasks it is kept that are still being loaded. */
  #reserved = 0;
  readonly #carrier: Carrier;
  readonly #table: ControlTable;
  readonly #tasks: HostedTasks<TaskListener>;
  readonly #life: ServiceLife;
  readonly #onFreeRow: (row: number) => void;
  readonly #progress: ProgressWatch;
  readonly #hangs = new HangWatch(() => {
    // The event loop may not have come yet to what it has sent.
    this.#carrier.leave();
    this.giveUpIfHung();
    return !this.isQuiet && !this.spoiled;
  });

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
    this.index = index;
    this.#life = new ServiceLife(settings, () => onIdle(this));
    this.#table = table;
    this.#carrier = makeCarrier(
      index,
      (message) => this.#receive(message),
      () => {
        this.#loseTasks();
        onExit(this);
      },
    );
    this.#tasks = new HostedTasks(table, this.#carrier.takesAhead);
    this.#progress = new ProgressWatch(
      table.threads.quantum,
      () => this.#tasks.ahead().length > 0,
      () => {
        this.#tasks.load.stuck = true;
        this.#sendElsewhere(this.#tasks.ahead());
      },
    );
    this.#life.rest();
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

  /** Whether it compiles an engine itself. */
  compiles(name: EngineName): boolean {
    return this.#carrier.compiles(name);
  }

  /** Whether the thread goes when its other tasks have ended, as it has something left of a task, or has served its time. */
  get spoiled(): boolean {
    return this.#life.isSpoiled;
  }

  /** Whether a task has ended here as it should. */
  get served(): boolean {
    return this.#life.served;
  }

  /** Whether the thread holds nothing of a task: neither one that it has nor one that was taken back. */
  get isQuiet(): boolean {
    return this.#tasks.size + this.#tasks.revoked === 0;
  }

  /** How many tasks the thread has, or is kept for, waiting ones included. */
  get load(): number {
    return this.#tasks.size + this.#reserved;
  }

  /** How many tasks run or could run. */
  get busy(): number {
    return this.#tasks.load.busy;
  }

  /**
   * When another task may come. One that is due takes none but where all that it has wait: that may be for long.
   *
   * @param promised whether what is still being loaded for it counts
   */
  opensAt(claim: Claim, promised: boolean): number {
    if (this.#carrier.isGone || this.spoiled || (this.#life.isDue && this.busy > 0)) return Number.POSITIVE_INFINITY;
    if (!promised && this.#reserved > 0 && this.busy === this.#reserved) return 0;
    return this.#tasks.load.opensAt(claim);
  }

  /** Whether a task waits less for those that the thread has than another thread takes to wake. */
  get isSoonFree(): boolean {
    return this.#tasks.load.isSoonFree;
  }

  /** Whether a task that is sent now may come back and be sent to another thread. */
  sendsAhead(transfer: readonly Transferable[]): boolean {
    // What was handed over cannot be sent a second time.
    return this.#tasks.load.isHeld && transfer.length === 0;
  }

  /** Keeps the thread for a task that is still being loaded. */
  reserve(): void {
    this.#reserved += 1;
    this.#tasks.load.add(RESERVED);
  }

  unreserve(): void {
    this.#reserved -= 1;
    this.#tasks.load.remove(RESERVED);
    this.#restIfEmpty();
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
      this.#life.stopResting();
      this.#carrier.keepAlive(true);
    }
    const { row, number } = order;
    const ahead = this.sendsAhead(transfer);
    this.#tasks.add(row, { number, expectedMs, holds, ahead, waiting: false, listener });
    if (ahead) this.#progress.begin();
    if (this.#carrier.takesAhead && this.#life.taskCount > 0) this.#hangs.sent();
  }

  /** Takes back a task that has not begun. False if it has, or if the thread has to drop so many already that there are rows for no more. */
  takeBack(row: number, number: number): boolean {
    if (!this.#carrier.takesAhead || !this.#tasks.takeBack(row, number)) return false;
    this.#restIfEmpty();
    return true;
  }

  /** Sends what has not begun elsewhere, and has the thread replaced, if it hangs in what a task has left running there. All that it has sent has been taken. */
  giveUpIfHung(): void {
    if (!this.#hangs.isSilent || this.#table.threads.isLoading(this.index)) return;
    const toDo = this.#tasks.queued();
    if (this.#tasks.isAtWork || toDo.length + this.#tasks.revoked === 0) this.#hangs.heard();
    if (!this.#hangs.isSilent || this.#table.threads.rowInside(this.index) !== undefined) return;
    this.#life.spoil();
    this.#sendElsewhere(toDo);
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

  /** Called when there is a task less. */
  #restIfEmpty(): void {
    if (this.#tasks.size > 0) return;
    this.#carrier.keepAlive(!this.isQuiet);
    this.#life.rest();
    this.#goIfDone();
  }

  #goIfDone(): void {
    if (!this.#life.isDue || this.load > 0) return;
    this.#life.spoil();
    void this.terminate(false);
  }

  /** What has not begun goes to other threads. */
  #sendElsewhere(tasks: readonly [number, HostedTask<TaskListener>][]): void {
    for (const [row, { number, listener }] of tasks) if (this.takeBack(row, number)) listener.takenBack();
  }

  #receive(message: TaskMessage): void {
    this.#hangs.heard();
    if (message.op === 'dropped') {
      this.#freeRow(message.row);
      return;
    }
    const task = this.#tasks.of(message.row, message.number);
    if (task === undefined) return;
    switch (message.op) {
      case 'began':
        task.listener.began();
        return;
      case 'waiting':
        if (this.#tasks.setWaiting(task, true)) task.listener.waiting();
        return;
      case 'woken':
        this.#tasks.setWaiting(task, false);
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
        this.#tasks.delete(message.row, task);
        this.#restIfEmpty();
        this.#progress.advance();
        this.#tasks.load.stuck = false;
        this.#life.taskEnded(message.report);
        task.listener.ended(message.report);
        this.#goIfDone();
    }
  }

  /** A row that was taken back is not in the thread's hands any more. */
  #freeRow(row: number): void {
    if (!this.#tasks.dropped(row)) return;
    if (this.isQuiet) this.#carrier.keepAlive(false);
    this.#onFreeRow(row);
  }

  #loseTasks(): void {
    this.#progress.stop();
    this.#life.stopResting();
    this.#hangs.stop();
    for (const row of this.#tasks.revokedRows()) this.#freeRow(row);
    const { lastRung, cause } = this.#carrier;
    for (const { listener, phase } of this.#tasks.lose(this.#life.taskCount > 0)) listener.lost(cause, phase, lastRung);
  }
}
