/**
 * The hosts of a runtime: all threads, or all child processes.
 *
 * 1. Never more than `count` of them; each has an index that its successor takes over.
 * 2. One that was ended on purpose is replaced at once. One that died by itself is replaced when a task needs it: the first
 *    at once, then after a wait that doubles as long as no thread gets a task done.
 */

import { monotonicNow } from '../control/clock.js';
import type { ControlTable } from '../control/control-table.js';
import type { CarrierMaker } from './carrier.js';
import { Host } from './host.js';
import type { HostSettings } from './service-life.js';
import type { Claim } from './thread-load.js';

export class HostPool {
  readonly #table: ControlTable;
  readonly #settings: HostSettings;
  readonly #makeCarrier: CarrierMaker;
  readonly #onReplaced: () => void;
  readonly #onFreeRow: (row: number) => void;
  readonly #hosts: (Host | undefined)[];
  /** All threads that are not gone yet: also those that have left their place to another. */
  readonly #living = new Set<Host>();
  readonly #terminating = new Set<Host>();
  /** Places of threads that have not been needed yet, or had nothing to do for too long. */
  readonly #away = new Set<number>();
  #started = 0;
  #lost = 0;
  /** Threads that died one after the other, without having got a task done. */
  #failures = 0;
  #restartsAt = 0;
  #closed = false;

  /**
   * @param onFreeRow called with the row of a task that was taken back from its thread, when it can be used again
   * @param onReplaced called when a thread is there that was not: a task may run on it
   */
  constructor(
    count: number,
    table: ControlTable,
    settings: HostSettings,
    makeCarrier: CarrierMaker,
    onFreeRow: (row: number) => void,
    onReplaced: () => void,
  ) {
    this.#table = table;
    this.#settings = settings;
    this.#makeCarrier = makeCarrier;
    this.#onReplaced = onReplaced;
    this.#onFreeRow = onFreeRow;
    this.#hosts = Array.from({ length: count }, (_, index) => {
      if (settings.warm) return this.#startHost(index);
      this.#away.add(index);
      return undefined;
    });
  }

  /** Threads started so far, replaced ones included. */
  get started(): number {
    return this.#started;
  }

  /** Threads that died by themselves so far. */
  get lost(): number {
    return this.#lost;
  }

  /** Milliseconds until a thread that died may be replaced. */
  get restartsIn(): number {
    return Math.max(0, this.#restartsAt - monotonicNow());
  }

  /** Threads that are there now. */
  get hosts(): Host[] {
    return this.#hosts.filter((host) => host !== undefined);
  }

  /** The thread with this index, if it is there. */
  host(index: number): Host | undefined {
    return this.#hosts[index];
  }

  /**
   * The least busy of the threads that a task may go to now, or one on which it need not wait for longer than another takes to wake; if there is none,
   * when there will be one.
   *
   * @param claim what the task will take of its thread
   * @param promised whether threads count as taken that are kept for tasks that are still being loaded
   */
  place(claim: Claim, now: number, promised: boolean): Host | number {
    let best: Host | undefined;
    let away: number | undefined;
    let next = Number.POSITIVE_INFINITY;
    for (const [index, host] of this.#hosts.entries()) {
      if (host === undefined && this.#away.has(index)) {
        away ??= index;
        continue;
      }
      if (host === undefined && this.#restartsAt > now) {
        next = Math.min(next, this.#restartsAt);
        continue;
      }
      const candidate = host ?? this.#restart(index);
      if (this.#terminating.has(candidate)) continue;
      const opensAt = candidate.opensAt(claim, promised);
      if (opensAt > now) next = Math.min(next, opensAt);
      else if (candidate.isSoonFree) return candidate;
      else if (best === undefined || isLess(candidate, best)) best = candidate;
    }
    // One that is away is started only if all others have something to do.
    return away === undefined || best?.busy === 0 ? (best ?? next) : this.#restart(away);
  }

  /** Ends the thread with this index, as the last rung of the ladder. */
  terminate(index: number): void {
    const host = this.#hosts[index];
    if (host === undefined) return;
    this.#terminating.add(host);
    void host.terminate(true);
    if (!host.mayOutliveIt) return;
    setTimeout(() => {
      if (!this.#living.has(host)) return;
      this.abandon(index, host);
      this.#onReplaced();
    }, LAST_RUNG_MS).unref();
  }

  /**
   * Takes what the threads have sent, on a thread that blocks; if that is nothing, blocks until one of them sends something, but no
   * longer than so many milliseconds.
   *
   * @param index the thread that is expected to
   */
  receive(index: number | undefined, ms: number): void {
    let received = false;
    for (const host of this.hosts) {
      received = host.receive() || received;
      host.giveUpIfHung();
      // Its exit is not seen by a thread that blocks.
      if (host.spoiled && host.load === 0) this.#replace(host);
    }
    if (!received) (this.#hosts[index ?? 0] ?? this.hosts[0])?.block(ms);
  }

  /** The calling thread does not block any more: threads call it again when they send something. */
  leave(): void {
    for (const host of this.hosts) host.leave();
  }

  /** As {@link terminate}, without waiting for the end of the thread: on a thread that blocks, which would not see it, or if it does not come. */
  abandon(index: number, host = this.#hosts[index]): void {
    if (host === undefined) return;
    if (this.#hosts[index] === host && !this.#closed) this.#replace(host);
    host.abandon();
  }

  #replace(host: Host): void {
    this.#terminating.add(host);
    this.#restart(host.index);
  }

  /** Ends all threads; settles when they are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#living].map((host) => host.terminate(false)));
  }

  #startHost(index: number): Host {
    this.#started += 1;
    const started = new Host(
      index,
      this.#table,
      this.#settings,
      this.#makeCarrier,
      this.#onFreeRow,
      (host) => this.#leave(host),
      (host) => this.#exited(host),
    );
    this.#living.add(started);
    return started;
  }

  #restart(index: number): Host {
    this.#away.delete(index);
    const host = this.#startHost(index);
    this.#hosts[index] = host;
    return host;
  }

  /** A thread has had nothing to do for too long. The next task that needs it starts another. */
  #leave(host: Host): void {
    if (this.#hosts[host.index] !== host || host.load > 0) return;
    this.#hosts[host.index] = undefined;
    this.#away.add(host.index);
    void host.terminate(false);
  }

  #noteLoss(host: Host): void {
    this.#lost += 1;
    this.#failures = host.served ? 0 : this.#failures + 1;
    const wait = this.#failures < 2 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#failures - 2));
    this.#restartsAt = monotonicNow() + wait;
  }

  #exited(host: Host): void {
    this.#living.delete(host);
    const onPurpose = this.#terminating.delete(host) || host.spoiled;
    // Another one has its place already.
    if (this.#hosts[host.index] !== host) return;
    this.#hosts[host.index] = undefined;
    if (this.#closed) return;
    if (onPurpose) this.#restart(host.index);
    else this.#noteLoss(host);
    this.#onReplaced();
  }
}

/** The first wait before a thread that did not get anything done is replaced by another, and the longest, in ms. */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 10_000;

/** So long a thread may take to end before its tasks get their outcomes without that, in ms: it may be in a system call, which nothing ends. */
const LAST_RUNG_MS = 1000;

function isLess(a: Host, b: Host): boolean {
  return a.busy < b.busy || (a.busy === b.busy && a.load < b.load);
}
