/**
 * Whose turn it is on a thread.
 *
 * 1. What has to end goes first.
 * 2. Fibers that come (new ones, and those that waited) and fibers that were cut off at the end of a slice take turns, so
 *    one that has little to do does not wait for all that compute, and no number of comers keeps these waiting.
 * 3. `putFirst` may be called in the middle of any other method: by an interrupt.
 */
import { Fifo } from '../scope/fifo.js';

export class RunQueue<T> {
  readonly #urgent: T[] = [];
  readonly #comers = new Fifo<T>();
  readonly #cut = new Fifo<T>();
  #lastWasComer = false;

  get length(): number {
    return this.#urgent.length + this.#comers.length + this.#cut.length;
  }

  /** Adds one that comes to the thread, or comes back to it. */
  add(item: T): void {
    this.#comers.push(item);
  }

  /** Adds one whose slice is over. */
  addCut(item: T): void {
    this.#cut.push(item);
  }

  putFirst(item: T): void {
    this.#urgent.push(item);
  }

  /** Takes the next one out. */
  next(): T | undefined {
    const urgent = this.#urgent.pop();
    if (urgent !== undefined) return urgent;
    this.#lastWasComer = !this.#lastWasComer;
    const [first, second] = this.#lastWasComer ? [this.#comers, this.#cut] : [this.#cut, this.#comers];
    return first.shift() ?? second.shift();
  }
}
