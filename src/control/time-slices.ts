/**
 * Has scripts share their thread: one that has held it for a quantum gives way if something else wants it.
 *
 * 1. A script that is alone on its thread is never interrupted.
 * 2. `look` returns when it has to be called again.
 * 3. Threads that go in and out of VMs are looked at once a quantum, not each time; threads that do nothing, not at all.
 */
import type { ControlTable } from './control-table.js';

export class TimeSlices {
  readonly #table: ControlTable;
  readonly #interrupt: (thread: number) => void;
  #lastLook = 0;

  /** @param interrupt interrupts the thread, which then finds in the table what it was called for */
  constructor(table: ControlTable, interrupt: (thread: number) => void) {
    this.#table = table;
    this.#interrupt = interrupt;
  }

  look(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (let thread = 0; thread < this.#table.threads.size; thread += 1)
      next = Math.min(next, this.#lookAt(thread, now));
    this.#lastLook = now;
    return next;
  }

  #lookAt(thread: number, now: number): number {
    const row = this.#table.threads.rowInside(thread);
    if (!this.#table.threads.isWanted(thread)) return Number.POSITIVE_INFINITY;
    const end = this.#table.threads.sliceEnd(thread);
    if (row === undefined) {
      const wasInside = end - this.#table.threads.quantum > this.#lastLook && end !== Number.POSITIVE_INFINITY;
      return wasInside ? now + this.#table.threads.quantum : Number.POSITIVE_INFINITY;
    }
    if (end > now) return end;
    this.#table.threads.preempt(thread, row);
    this.#interrupt(thread);
    // It may be where it cannot give way. Then it is asked again.
    return now + this.#table.threads.quantum;
  }
}
