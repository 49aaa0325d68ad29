import type { ControlTable } from './control-table.js';
import { Ladder, type LadderActions } from './ladder.js';
import { TimeSlices } from './time-slices.js';

/** Watches over the tasks of one runtime: their ends and their slices. */
export class TableWatch {
  readonly #table: ControlTable;
  readonly #ladder: Ladder;
  readonly #slices: TimeSlices;
  #tasksDue = Number.POSITIVE_INFINITY;

  constructor(table: ControlTable, actions: LadderActions) {
    this.#table = table;
    const interrupt = (thread: number): void => {
      // What it is about is noted: the thread finds that when the break has come.
      if (!table.threads.isBreakDue(thread)) actions.interrupt(thread);
    };
    this.#ladder = new Ladder(table, { ...actions, interrupt });
    this.#slices = new TimeSlices(table, interrupt);
  }

  /**
   * Does what is due; returns the time of the next look, `Infinity` if there is nothing to wait for. The table says so too.
   *
   * @param tasksChanged whether a task was asked to end, or has a deadline before the next look at the tasks. There may be very
   * many, so without that they are only looked at when it is time.
   */
  look(now: number, tasksChanged: boolean): number {
    const table = this.#table;
    // Until a look is over every new deadline and slice wakes the interrupter, so that none slips through.
    if (tasksChanged || now >= this.#tasksDue) {
      table.tasksDue = Number.POSITIVE_INFINITY;
      this.#tasksDue = this.#ladder.look(now);
      table.tasksDue = this.#tasksDue;
    }
    table.slicesDue = Number.POSITIVE_INFINITY;
    const slicesDue = this.#slices.look(now);
    table.slicesDue = slicesDue;
    return Math.min(this.#tasksDue, slicesDue);
  }
}
