/**
 * Finds out that a thread gets nothing done for a quantum, while tasks are behind the one that it has.
 *
 * 1. It holds a timer only while some are.
 */
export class ProgressWatch {
  readonly #quantumMs: number;
  readonly #isNeeded: () => boolean;
  readonly #onStuck: () => void;
  /** Counts tasks that have ended. */
  #ended = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param isNeeded whether any tasks are behind another */
  constructor(quantumMs: number, isNeeded: () => boolean, onStuck: () => void) {
    this.#quantumMs = quantumMs;
    this.#isNeeded = isNeeded;
    this.#onStuck = onStuck;
  }

  /** A task was sent behind another. */
  begin(): void {
    const before = this.#ended;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (!this.#isNeeded()) return;
      if (this.#ended === before) this.#onStuck();
      else this.begin();
    }, this.#quantumMs).unref();
  }

  /** A task has ended. */
  advance(): void {
    this.#ended += 1;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
