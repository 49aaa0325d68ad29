/**
 * The worker threads of a runtime.
 *
 * 1. Never more than `threads` of them; each has an index that its successor takes over.
 * 2. A thread that the ladder ended is replaced at once. One that died by itself is replaced when a task
 *    needs it: a thread that cannot live is not started over and over.
 */
import type { ControlTable } from '../control/control-table.js';
import type { InterrupterLease, InterruptMeans } from '../control/interrupter.js';
import { ThreadHost } from './thread-host.js';

export class ThreadPool {
  readonly #table: ControlTable;
  readonly #means: InterruptMeans;
  readonly #cellSize: number;
  readonly #interrupter: InterrupterLease;
  readonly #onReplaced: () => void;
  readonly #hosts: (ThreadHost | undefined)[];
  readonly #terminating = new Set<ThreadHost>();
  #started = 0;
  #closed = false;

  /**
   * @param cellSize how many scripts may share a cell
   * @param onReplaced called when a thread is there that was not: a task may run on it
   */
  constructor(
    threads: number,
    table: ControlTable,
    means: InterruptMeans,
    cellSize: number,
    interrupter: InterrupterLease,
    onReplaced: () => void,
  ) {
    this.#table = table;
    this.#means = means;
    this.#cellSize = cellSize;
    this.#interrupter = interrupter;
    this.#onReplaced = onReplaced;
    this.#hosts = Array.from({ length: threads }, (_, index) => this.#startThread(index));
  }

  /** Threads started so far, replaced ones included. */
  get started(): number {
    return this.#started;
  }

  /** Threads that are there now. */
  get hosts(): ThreadHost[] {
    return this.#hosts.filter((host) => host !== undefined);
  }

  /** The thread with this index, if it is there. */
  host(index: number): ThreadHost | undefined {
    return this.#hosts[index];
  }

  /**
   * The least busy of the threads that a task may go to now, or, if there is none, when there will be one.
   *
   * @param holds whether the task holds its thread until it ends or waits
   */
  place(holds: boolean, now: number): ThreadHost | number {
    let best: ThreadHost | undefined;
    let next = Number.POSITIVE_INFINITY;
    for (const [index, host] of this.#hosts.entries()) {
      const candidate = host ?? this.#restart(index);
      if (this.#terminating.has(candidate)) continue;
      const opensAt = candidate.opensAt(holds);
      if (opensAt > now) next = Math.min(next, opensAt);
      else if (best === undefined || isLess(candidate, best)) best = candidate;
    }
    return best ?? next;
  }

  /** Ends the thread with this index, as the last rung of the ladder. */
  terminate(index: number): void {
    const host = this.#hosts[index];
    if (host === undefined) return;
    this.#terminating.add(host);
    void host.terminate();
  }

  /** Ends all threads; settles when they are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.hosts.map((host) => host.terminate()));
  }

  #startThread(index: number): ThreadHost {
    this.#started += 1;
    return new ThreadHost(index, this.#table, this.#means, this.#cellSize, this.#interrupter, (host) =>
      this.#exited(host),
    );
  }

  #restart(index: number): ThreadHost {
    const host = this.#startThread(index);
    this.#hosts[index] = host;
    return host;
  }

  #exited(host: ThreadHost): void {
    const onPurpose = this.#terminating.delete(host);
    this.#hosts[host.index] = undefined;
    if (this.#closed) return;
    if (onPurpose) this.#restart(host.index);
    this.#onReplaced();
  }
}

function isLess(a: ThreadHost, b: ThreadHost): boolean {
  return a.busy < b.busy || (a.busy === b.busy && a.load < b.load);
}
