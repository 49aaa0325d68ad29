/**
 * Sees to it that a child process keeps no task for ever that it does not begin: a deadline counts from the beginning, and one that is stopped, or hangs,
 * begins nothing.
 *
 * 1. Whoever has something to begin and begins nothing is asked after the patience; who has said nothing after as long again is given up.
 * 2. It holds no timer but while there is something to begin.
 */
export class SignOfLife {
  readonly #ask: () => void;
  readonly #giveUp: () => void;
  /** So long it is waited, twice, in ms. */
  patienceMs: number;
  /** Rows of tasks that have not begun. */
  readonly #waiting = new Set<number>();
  #asked = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param ask asks for a sign of life
   * @param giveUp called if none comes
   */
  constructor(ask: () => void, giveUp: () => void, patienceMs: number) {
    this.#ask = ask;
    this.#giveUp = giveUp;
    this.patienceMs = patienceMs;
  }

  /** The process has a task to begin. */
  expect(row: number): void {
    this.#waiting.add(row);
    this.#wait();
  }

  /** A task has begun, or ended. */
  settle(row: number): void {
    this.#waiting.delete(row);
    this.heard();
    if (this.#waiting.size === 0) this.stop();
  }

  /** The process has said something. */
  heard(): void {
    this.#asked = false;
  }

  /** Nothing is expected any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#asked = false;
    this.#waiting.clear();
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (!this.#asked) {
        this.#asked = true;
        this.#ask();
        this.#wait();
        return;
      }
      // This thread may have been busy for as long itself: what came meanwhile is read first.
      setImmediate(() => {
        if (this.#waiting.size === 0) return;
        if (this.#asked) this.#giveUp();
        else this.#wait();
      });
    }, this.patienceMs).unref();
  }
}
