import { monotonicNow } from '../control/clock.js';

/** What a task takes of its thread. */
export interface Claim {
  /** Whether it cannot be made to give way to others. */
  readonly holds: boolean;
  /** Milliseconds that it is taken to hold the thread; `Infinity` if nobody knows. */
  readonly expectedMs: number;
}

/** How long tasks that hold a thread one after the other may take in all, in ms, and how many they may be. */
const AHEAD_MS = 1;
export const MOST_AHEAD = 64;

/** So long it takes to wake a thread, in ms. */
const WAKE_MS = 0.05;

/** So many short scripts may follow each other on a thread without its asking for the next one. */
const AHEAD = 16;

/** What the tasks of a thread that run or could run take of it, and when there is room for another. */
export class ThreadLoad {
  readonly #quantum: number;
  readonly #takesAhead: boolean;
  #busy = 0;
  #holding = 0;
  #expectedMs = 0;
  #busySince = 0;
  /** Whether a task that holds the thread takes longer than it was taken to need. */
  stuck = false;

  /**
   * @param quantum milliseconds after which a script has to share
   * @param takesAhead whether short tasks may come while another holds the thread
   */
  constructor(quantum: number, takesAhead: boolean) {
    this.#quantum = quantum;
    this.#takesAhead = takesAhead;
  }

  /** How many there are. */
  get busy(): number {
    return this.#busy;
  }

  /** Whether one of them cannot be made to give way. */
  get isHeld(): boolean {
    return this.#holding > 0;
  }

  /** Whether the thread is at work, and is done with what it has in less time than it takes to wake another. */
  get isSoonFree(): boolean {
    return this.#holding > 0 && !this.stuck && this.#expectedMs <= WAKE_MS;
  }

  /**
   * When another task may come: now if all tasks of the thread wait. Else after a quantum, when it is known that they take long and have
   * to share; but not before one that cannot share has ended or waits, unless all are known to be short.
   */
  opensAt({ holds, expectedMs }: Claim): number {
    if (this.#busy === 0) return 0;
    if (this.#holding > 0) {
      const fits = this.#takesAhead && this.#busy < MOST_AHEAD && this.#expectedMs + expectedMs <= AHEAD_MS;
      return holds && fits && !this.stuck ? 0 : Number.POSITIVE_INFINITY;
    }
    return !holds && this.#busy < AHEAD ? 0 : this.#busySince + this.#quantum;
  }

  add({ holds, expectedMs }: Claim): void {
    if (this.#busy === 0) this.#busySince = monotonicNow();
    this.#busy += 1;
    if (!holds) return;
    this.#holding += 1;
    this.#expectedMs += expectedMs;
  }

  remove({ holds, expectedMs }: Claim): void {
    this.#busy -= 1;
    if (!holds) return;
    this.#holding -= 1;
    // Infinity less infinity is no number.
    this.#expectedMs = this.#holding === 0 ? 0 : this.#expectedMs - expectedMs;
  }
}
