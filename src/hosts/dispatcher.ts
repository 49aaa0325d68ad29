/**
 * Brings entries to threads: at once where nobody waits and there is room, else in their turn.
 *
 * 1. An entry that was taken back from its thread keeps its slot and goes before all that wait.
 * 2. Whenever a thread may have room, somebody calls `dispatch`, or a timer does.
 */
import { monotonicNow } from '../control/clock.js';
import { AdmissionQueue, type Queueable } from './admission-queue.js';
import type { Host } from './host.js';
import type { HostPool } from './host-pool.js';
import type { Claim } from './thread-load.js';

export class Dispatcher<T extends Queueable> {
  readonly #pool: () => HostPool;
  readonly #admission: AdmissionQueue<T>;
  readonly #displaced = new Set<T>();
  readonly #claimOf: (entry: T) => Claim;
  readonly #send: (entry: T, host: Host, claim: Claim) => void;
  #next: NodeJS.Timeout | undefined;
  #closed = false;
  /** Whether threads count as taken that are kept for tasks that are still being loaded: not while nothing can be. */
  countsPromised = true;

  /**
   * @param capacity how many entries may wait beyond those that have a slot
   * @param claimOf what an entry will take of its thread
   * @param send takes an entry that now has a slot to a thread
   */
  constructor(
    pool: () => HostPool,
    slots: number,
    capacity: number,
    claimOf: (entry: T) => Claim,
    send: (entry: T, host: Host, claim: Claim) => void,
  ) {
    this.#pool = pool;
    this.#admission = new AdmissionQueue(slots, capacity);
    this.#claimOf = claimOf;
    this.#send = send;
  }

  /** How many have a slot. */
  get live(): number {
    return this.#admission.live;
  }

  /** Takes an entry. False if all slots are taken and no more can wait. */
  offer(entry: T, priority: number): boolean {
    if (this.#displaced.size === 0 && this.#admission.isOpen) {
      const claim = this.#claimOf(entry);
      const host = this.#pool().place(claim, monotonicNow(), this.countsPromised);
      if (typeof host !== 'number') {
        this.#admission.take();
        this.#send(entry, host, claim);
        return true;
      }
    }
    if (!this.#admission.add(entry, priority)) return false;
    this.dispatch();
    return true;
  }

  /** Takes an entry that waits for no slot: its caller blocks the thread that would see one become free. It goes before all that wait. */
  insist(entry: T): void {
    this.#admission.take();
    this.displace(entry);
  }

  /** Takes an entry out that has no thread. False if it has one. */
  remove(entry: T): boolean {
    return this.#admission.remove(entry) || this.#displaced.delete(entry);
  }

  /** An entry has been taken back from its thread. */
  displace(entry: T): void {
    this.#displaced.add(entry);
    this.dispatch();
  }

  /** An entry gives its slot back. */
  release(): void {
    this.#admission.release();
  }

  /** Brings those that wait to threads that have room. */
  dispatch(): void {
    if (this.#next !== undefined) clearTimeout(this.#next);
    this.#next = undefined;
    while (!this.#closed) {
      const displaced = this.#displaced.size === 0 ? undefined : this.#displaced.values().next().value;
      const entry = displaced ?? this.#admission.peek();
      if (entry === undefined) return;
      const now = monotonicNow();
      const claim = this.#claimOf(entry);
      const host = this.#pool().place(claim, now, this.countsPromised);
      if (typeof host === 'number') {
        if (host !== Number.POSITIVE_INFINITY) this.#next = setTimeout(() => this.dispatch(), Math.ceil(host - now));
        return;
      }
      if (displaced === undefined) this.#admission.admit();
      else this.#displaced.delete(displaced);
      this.#send(entry, host, claim);
    }
  }

  /** Nothing goes to a thread any more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#next);
  }
}
