/**
 * The parts of a task's result, on their way to whoever iterates over the task.
 *
 * 1. They come in order, each to one taker.
 * 2. A part is acknowledged when it is taken: a task whose parts nobody takes waits.
 */
import type { Outcome } from './outcome.js';

interface Part {
  readonly value: unknown;
  taken(): void;
}

interface Taker {
  resolve(result: IteratorResult<unknown>): void;
  reject(error: unknown): void;
}

export class Parts implements AsyncIterator<unknown> {
  readonly #parts: Part[] = [];
  readonly #takers: Taker[] = [];
  readonly #cancel: () => Promise<unknown>;
  #outcome: Outcome | undefined;

  /** @param cancel ends the task when its parts are not wanted any more */
  constructor(cancel: () => Promise<unknown>) {
    this.#cancel = cancel;
  }

  /** @param taken called when somebody has it */
  add(value: unknown, taken: () => void): void {
    const taker = this.#takers.shift();
    if (taker === undefined) {
      this.#parts.push({ value, taken });
      return;
    }
    taken();
    taker.resolve({ done: false, value });
  }

  end(outcome: Outcome): void {
    this.#outcome = outcome;
    for (const taker of this.#takers.splice(0)) this.#finish(outcome, taker);
  }

  next(): Promise<IteratorResult<unknown>> {
    return new Promise((resolve, reject) => {
      const part = this.#parts.shift();
      if (part !== undefined) {
        part.taken();
        resolve({ done: false, value: part.value });
      } else if (this.#outcome !== undefined) this.#finish(this.#outcome, { resolve, reject });
      else this.#takers.push({ resolve, reject });
    });
  }

  async return(): Promise<IteratorResult<unknown>> {
    this.#parts.length = 0;
    await this.#cancel();
    return { done: true, value: undefined };
  }

  #finish({ error, value }: Outcome, taker: Taker): void {
    if (error === undefined) taker.resolve({ done: true, value });
    else taker.reject(error);
  }
}
