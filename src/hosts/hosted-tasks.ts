/**
 * The tasks that a thread or process has.
 *
 * 1. One that was taken back is not its thread's any more, but its row is used again only when the thread has dropped it.
 */
import type { ControlTable } from '../control/control-table.js';
import { RowMap } from '../control/row-map.js';
import { State, stateOf } from '../control/task-word.js';
import { type Claim, MOST_AHEAD, ThreadLoad } from './thread-load.js';

/** How far a task had come that was lost with its thread. `untouched`: it had not begun, and another one has been there. */
export type LostPhase = 'untouched' | 'begun' | 'waiting';

/** A task, as its host counts it. */
export interface HostedTask<Listener> extends Claim {
  /** Whether it was sent while another task held the thread, and can be sent to another one. */
  readonly ahead: boolean;
  readonly number: number;
  waiting: boolean;
  readonly listener: Listener;
}

export class HostedTasks<Listener> {
  /** What those that run or could run take of the thread. */
  readonly load: ThreadLoad;
  readonly #table: ControlTable;
  readonly #tasks = new RowMap<HostedTask<Listener>>();
  /** Rows of tasks that were taken back, until the thread has dropped these. */
  readonly #revoked = new Set<number>();

  /** @param takesAhead whether tasks may be sent while another holds the thread, and be taken back then */
  constructor(table: ControlTable, takesAhead: boolean) {
    this.#table = table;
    this.load = new ThreadLoad(table.threads.quantum, takesAhead);
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** How many were taken back that the thread has not dropped yet. */
  get revoked(): number {
    return this.#revoked.size;
  }

  add(row: number, task: HostedTask<Listener>): void {
    this.load.add(task);
    this.#tasks.set(row, task);
  }

  /** That of a number; undefined if it is not here any more. */
  of(row: number, number: number): HostedTask<Listener> | undefined {
    const task = this.#tasks.get(row);
    return task?.number === number ? task : undefined;
  }

  /** Forgets one that has ended or is not the thread's any more. */
  delete(row: number, task: HostedTask<Listener>): void {
    this.#tasks.delete(row);
    if (!task.waiting) this.load.remove(task);
  }

  /** A task waits, or does not wait any more. False if that is known. */
  setWaiting(task: HostedTask<Listener>, waiting: boolean): boolean {
    if (task.waiting === waiting) return false;
    task.waiting = waiting;
    if (waiting) this.load.remove(task);
    else this.load.add(task);
    return true;
  }

  /** Takes back one that has not begun. False if it has, or if the thread has to drop so many already that there are rows for no more. */
  takeBack(row: number, number: number): boolean {
    const task = this.of(row, number);
    if (task === undefined || this.#revoked.size >= MOST_AHEAD || !this.#table.revoke(row, number)) return false;
    this.#revoked.add(row);
    this.delete(row, task);
    return true;
  }

  /** The thread has dropped one that was taken back: its row can be used again. False if there is none such. */
  dropped(row: number): boolean {
    return this.#revoked.delete(row);
  }

  /** Those that were sent ahead, by their rows. */
  ahead(): [number, HostedTask<Listener>][] {
    return [...this.#tasks].filter(([, { ahead }]) => ahead);
  }

  /** Those that have not begun, by their rows. */
  queued(): [number, HostedTask<Listener>][] {
    return [...this.#tasks].filter(([row]) => this.#isQueued(row));
  }

  /** Whether one of them has begun and does not wait. */
  get isAtWork(): boolean {
    return [...this.#tasks].some(([row, { waiting }]) => !waiting && !this.#isQueued(row));
  }

  /**
   * Takes all away from a thread that is gone.
   *
   * @param wasAtWork whether it has ended tasks: one that dies before it has begun with anything may do so each time
   */
  lose(wasAtWork: boolean): { readonly listener: Listener; readonly phase: LostPhase }[] {
    const tasks = [...this.#tasks];
    const hadBegun = wasAtWork || tasks.some(([row]) => !this.#isQueued(row));
    // Before any of them is told, which may have its row used again.
    const lost = tasks.map(([row, { listener, waiting }]) => ({
      listener,
      phase: waiting ? 'waiting' : hadBegun && this.#isQueued(row) ? 'untouched' : 'begun',
    })) satisfies { listener: Listener; phase: LostPhase }[];
    this.#tasks.clear();
    return lost;
  }

  /** The rows of those that were taken back and are not dropped yet. */
  revokedRows(): number[] {
    return [...this.#revoked];
  }

  #isQueued(row: number): boolean {
    return stateOf(this.#table.word(row)) === State.queued;
  }
}
