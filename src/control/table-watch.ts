import type { ControlTable } from './control-table.js';
import { Ladder, type LadderActions } from './ladder.js';
import { TimeSlices } from './time-slices.js';

/** Watches over the tasks of one runtime: their ends and their slices. */
export class TableWatch {
  readonly #table: ControlTable;
  readonly #ladder: Ladder;
  readonly #slices: TimeSlices;

  constructor(table: ControlTable, actions: LadderActions) {
    this.#table = table;
    this.#ladder = new Ladder(table, actions);
    this.#slices = new TimeSlices(table, actions.interrupt);
  }

  /** Does what is due; returns the time of the next look, `Infinity` if there is nothing to wait for. The table says so too. */
  look(now: number): number {
    // Until this look is over every new deadline wakes the interrupter, so that none slips through.
    this.#table.wakeAt = Number.POSITIVE_INFINITY;
    const next = Math.min(this.#ladder.look(now), this.#slices.look(now));
    this.#table.wakeAt = next;
    return next;
  }
}
