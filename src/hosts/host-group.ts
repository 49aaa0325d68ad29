/**
 * The hosts of one kind that a runtime has, what watches over their tasks, and how tasks come to them.
 *
 * 1. Never more than `slots` entries are live, never more than `queue` wait beyond them.
 * 2. A row is free for another task when neither side can write about the one before.
 */
import { ControlTable } from '../control/control-table.js';
import { type InterrupterLease, type InterruptMeans, watchTable } from '../control/interrupter.js';
import type { StopReason } from '../control/task-word.js';
import type { Answer } from '../engines/engine.js';
import type { Queueable } from './admission-queue.js';
import type { CarrierMaker } from './carrier.js';
import { ChildProcess } from './child-process.js';
import { Dispatcher } from './dispatcher.js';
import type { Host } from './host.js';
import { HostPool } from './host-pool.js';
import type { Isolation } from './isolation.js';
import { LaunchedProcess } from './launched-process.js';
import type { OwnLedger } from './own-ledger.js';
import { recordChildren } from './record-children.js';
import type { Recycling } from './recycling.js';
import { REHEARSAL_ROWS } from './rehearsal.js';
import type { HostSettings } from './service-life.js';
import { SpareProcess } from './spare-process.js';
import { type Claim, MOST_AHEAD } from './thread-load.js';
import { type WorkerSettings, WorkerThread } from './worker-thread.js';

export interface GroupSettings extends HostSettings, WorkerSettings {
  readonly recycle: Recycling;
  readonly isolation: Isolation;
  readonly hosts: number;
  readonly slots: number;
  readonly queue: number;
  /** Milliseconds from the stop of a task to the break. */
  readonly grace: number;
  /** Milliseconds that a script may hold its thread while others want it. */
  readonly quantum: number;
  readonly means: InterruptMeans;
  /** Bytes that each child process may have as data. */
  readonly processMemory: number;
  /** What has the child processes. */
  readonly ledger: OwnLedger;
}

const CHILD_PATIENCE_MS = 500;

export class HostGroup<T extends Queueable> {
  readonly table: ControlTable;
  readonly dispatcher: Dispatcher<T>;
  readonly #interrupter: InterrupterLease;
  readonly #pool: HostPool;
  readonly #spare: SpareProcess | undefined;
  readonly #freeRows: number[];
  #grace: number;
  #blocks = false;

  /**
   * @param claimOf what an entry will take of its host
   * @param send takes an entry that now has a slot to a host
   */
  constructor(
    settings: GroupSettings,
    claimOf: (entry: T) => Claim,
    send: (entry: T, host: Host, claim: Claim) => void,
    onDropped: () => void,
  ) {
    const { isolation, hosts, slots, queue, grace, quantum, means } = settings;
    // A row more for each task that may have been taken back from a thread that has not noticed yet.
    const rows = slots + hosts * MOST_AHEAD;
    this.table = ControlTable.create(rows, hosts, isolation === 'process' ? killGrace(grace) : grace, quantum);
    this.#freeRows = Array.from({ length: rows }, (_, index) => rows - 1 - index);
    this.dispatcher = new Dispatcher(() => this.#pool, slots, queue, claimOf, send);
    this.#interrupter = watchTable(means, this.table, (index) =>
      this.#blocks ? this.#pool.abandon(index) : this.#pool.terminate(index),
    );
    this.#grace = grace;
    this.#spare = isolation === 'process' ? spareFor(settings, rows) : undefined;
    this.#pool = new HostPool(
      hosts,
      this.table,
      settings,
      this.#spare === undefined ? this.#threads(settings) : this.#processes(this.#spare),
      (row) => {
        this.freeRow(row);
        onDropped();
      },
      () => this.dispatcher.dispatch(),
    );
  }

  /** Milliseconds from the stop of a task to the break. */
  set grace(ms: number) {
    this.#grace = ms;
    this.table.grace = this.#spare === undefined ? ms : killGrace(ms);
  }

  /** Its hosts, and what became of those before them. */
  get pool(): Pick<HostPool, 'hosts' | 'started' | 'lost' | 'restartsIn'> {
    return this.#pool;
  }

  /** Whether the hosts hold nothing of a task: neither one that they have nor one that was taken back. */
  get isQuiet(): boolean {
    return this.#pool.hosts.every((host) => host.isQuiet);
  }

  /** Whether the calling thread blocks for one of the tasks. */
  get blocks(): boolean {
    return this.#blocks;
  }

  /** Gives an entry that has a slot a row, and its host with it. */
  takeRow(number: number, host: Host): number {
    // There is one: a row for each slot, beside those that threads have not given back.
    const row = this.#freeRows.pop() as number;
    this.table.assign(row, number, host.index);
    return row;
  }

  freeRow(row: number): void {
    this.table.release(row);
    this.#freeRows.push(row);
  }

  /** Takes a task back from its host. False if it has begun. */
  takeBack(row: number, number: number): boolean {
    return this.#hostOf(row)?.takeBack(row, number) === true;
  }

  /** Asks a task to end. True if this call was the first to ask, and the task had not ended. */
  stop(row: number, number: number, reason: StopReason): boolean {
    if (!this.table.requestStop(row, number, reason)) return false;
    this.#hostOf(row)?.stop(row, number, reason);
    return true;
  }

  /** Gives a task another deadline, counted from now. */
  extend(row: number, number: number, ms: number): void {
    this.#hostOf(row)?.extend(row, number, ms);
  }

  /** Takes an answer to the host of a live task. */
  answer(row: number, number: number, answer: Answer): void {
    this.#hostOf(row)?.answer(row, number, answer);
  }

  /** What is done here runs while the calling thread blocks. */
  block<R>(work: () => R): R {
    const outer = this.#blocks;
    this.#setBlocks(true);
    try {
      return work();
    } finally {
      this.#setBlocks(outer);
      if (!outer) this.#pool.leave();
    }
  }

  #setBlocks(blocks: boolean): void {
    this.#blocks = blocks;
    // What is being loaded is not loaded before the thread goes on.
    this.dispatcher.countsPromised = !blocks;
  }

  /**
   * Does what the event loop would do, on a thread that blocks, and sleeps if there is nothing to do, but no longer than so many milliseconds.
   *
   * @param row of the task that something is expected of
   */
  turn(row: number | undefined, ms: number): void {
    this.#interrupter.receive();
    this.dispatcher.dispatch();
    this.#pool.receive(row === undefined ? undefined : this.table.thread(row), ms);
  }

  /** Ends the hosts, which have no tasks any more; settles when nothing is left of them. */
  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#spare?.close(), this.#interrupter.release()]);
  }

  #threads(settings: WorkerSettings): CarrierMaker {
    return (index, receive, onExit) =>
      new WorkerThread(index, this.table, settings, this.#interrupter, receive, onExit);
  }

  #processes(spare: SpareProcess): CarrierMaker {
    const grace = (): number => this.#grace;
    return (index, receive, onExit) =>
      new ChildProcess(index, this.table, spare.take(), this.#interrupter, grace, receive, onExit);
  }

  #hostOf(row: number): Host | undefined {
    return this.#pool.host(this.table.thread(row));
  }
}

/** A child that takes its tasks up the ladder itself is given that long before it is taken to hang. */
function killGrace(grace: number): number {
  return 2 * grace + CHILD_PATIENCE_MS;
}

function spareFor(settings: GroupSettings, rows: number): SpareProcess {
  const { grace, quantum, cellSize, heap, recycle, processMemory } = settings;
  const child = { rows: rows + REHEARSAL_ROWS, grace, quantum, cellSize, heap, recycle: { memory: recycle.memory } };
  const record = recordChildren(settings.ledger, 'stint child process');
  return new SpareProcess((onReady) => new LaunchedProcess(child, processMemory, record, onReady));
}
