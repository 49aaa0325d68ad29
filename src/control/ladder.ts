/**
 * Takes the tasks of one runtime that have to end up the ladder: *stop* at once, a second stop after half
 * of the grace (it cuts the script's clean-up short), *break* after all of it, *terminate* when the
 * break had no effect either.
 *
 * 1. A deadline is found at the first look after it, whoever is busy.
 * 2. A rung is only taken for a task that has not ended since the rung before.
 * 3. A break is only sent to a thread that is in the VM of the task it is meant for. One that is in no VM and does not answer is ended.
 * 4. `look` returns when it has to be called again.
 */
import type { ControlTable } from './control-table.js';
import { numberOf, State, StopReason, stateOf } from './task-word.js';

/** How a rung is carried out. */
export interface LadderActions {
  /** Interrupts the thread, which then finds in the table what it was called for. */
  interrupt(thread: number): void;
  /** Unwinds the thread's stack. False where that cannot be done. */
  break(thread: number): boolean;
  /** Ends the thread. */
  terminate(thread: number): void;
}

/** The shortest time that a break is given before the thread is ended, in ms: a loaded machine is not a dead one. */
const BREAK_PATIENCE = 500;

type Stage = 'stopped' | 'reminded' | 'broken' | 'terminated';

interface Climber {
  readonly number: number;
  stage: Stage;
  /** When the next rung is due. */
  due: number;
  /** When a thread that is in no VM has to have answered. */
  readonly patientUntil: number;
}

export class Ladder {
  readonly #table: ControlTable;
  readonly #actions: LadderActions;
  readonly #climbers = new Map<number, Climber>();

  constructor(table: ControlTable, actions: LadderActions) {
    this.#table = table;
    this.#actions = actions;
  }

  /** Looks at every task; returns the time of the next look, `Infinity` if there is nothing to wait for. */
  look(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (let row = 0; row < this.#table.usedRows; row += 1) {
      next = Math.min(next, this.#lookAt(row, now));
    }
    return next;
  }

  #lookAt(row: number, now: number): number {
    const word = this.#table.word(row);
    const number = numberOf(word);
    switch (stateOf(word)) {
      case State.running:
      case State.waiting: {
        const deadline = this.#table.deadline(row);
        if (deadline > now) return deadline;
        return this.#table.requestStop(row, number, StopReason.timeout) ? this.#climb(row, number, now) : now;
      }
      case State.stopping:
      case State.breaking:
        return this.#climb(row, number, now);
      default:
        this.#climbers.delete(row);
        return Number.POSITIVE_INFINITY;
    }
  }

  #climb(row: number, number: number, now: number): number {
    let climber = this.#climbers.get(row);
    if (climber === undefined || climber.number !== number) {
      climber = this.#stop(row, number, now);
    }
    // More than one rung at once only where there is hardly any grace.
    while (climber.due <= now && climber.stage !== 'terminated') this.#nextRung(climber, row, now);
    return climber.due;
  }

  #stop(row: number, number: number, now: number): Climber {
    this.#table.raiseRung(row, 'stop');
    const { grace } = this.#table;
    const patientUntil = now + grace + BREAK_PATIENCE;
    // Without a grace it is broken off at once, or sent the stop if it is in no VM.
    const stage = grace === 0 ? 'reminded' : 'stopped';
    if (stage === 'stopped') this.#sendStop(row);
    const climber: Climber = { number, stage, due: now + grace / 2, patientUntil };
    this.#climbers.set(row, climber);
    return climber;
  }

  #sendStop(row: number): void {
    const thread = this.#table.thread(row);
    this.#table.threads.callFor(thread, row);
    this.#actions.interrupt(thread);
    // No interrupt reaches a thread that blocks until a host call is answered.
    this.#table.threads.ring(thread);
  }

  #nextRung(climber: Climber, row: number, now: number): void {
    const thread = this.#table.thread(row);
    switch (climber.stage) {
      case 'stopped':
        this.#sendStop(row);
        climber.stage = 'reminded';
        climber.due = now + this.#table.grace / 2;
        return;
      case 'reminded':
        this.#break(climber, row, thread, now);
        return;
      case 'broken':
        this.#terminate(climber, row, thread);
        return;
      case 'terminated':
        climber.due = Number.POSITIVE_INFINITY;
    }
  }

  #break(climber: Climber, row: number, thread: number, now: number): void {
    if (!this.#announceBreak(climber, row, thread)) {
      // In no VM, and yet it does not answer: it hangs where no break reaches it, or is dead.
      if (this.#table.threads.rowInside(thread) === undefined && now >= climber.patientUntil) {
        this.#terminate(climber, row, thread);
        return;
      }
      // The thread is busy with another task, which has a deadline of its own: ask again later.
      this.#sendStop(row);
      climber.due = now + Math.max(this.#table.grace, 1);
      return;
    }
    this.#table.raiseRung(row, 'break');
    this.#table.threads.expectBreak(thread);
    if (!this.#actions.break(thread)) {
      this.#terminate(climber, row, thread);
      return;
    }
    climber.stage = 'broken';
    climber.due = now + Math.max(this.#table.grace, BREAK_PATIENCE);
  }

  /**
   * True if the thread is in the task's VM and will not leave it before it is broken off. Looked at
   * again after the announcement: a thread that leaves looks for an announcement after it has left.
   */
  #announceBreak(climber: Climber, row: number, thread: number): boolean {
    if (!this.#table.threads.isIn(thread, row) || !this.#table.requestBreak(row, climber.number)) return false;
    if (this.#table.threads.isIn(thread, row)) return true;
    this.#table.withdrawBreak(row, climber.number);
    return false;
  }

  #terminate(climber: Climber, row: number, thread: number): void {
    this.#table.raiseRung(row, 'terminate');
    this.#actions.terminate(thread);
    climber.stage = 'terminated';
    climber.due = Number.POSITIVE_INFINITY;
  }
}
