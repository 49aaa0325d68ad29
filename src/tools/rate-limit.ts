/** Lets so many through in a time, at first all at once, then as they come back: a bucket of tokens. */
export class RateLimit {
  readonly #calls: number;
  readonly #msEach: number;
  readonly #now: () => number;
  #tokens: number;
  #filledAt: number;

  /** @param now milliseconds, never going back */
  constructor(calls: number, perMs: number, now: () => number = () => performance.now()) {
    this.#calls = calls;
    this.#msEach = perMs / calls;
    this.#now = now;
    this.#tokens = calls;
    this.#filledAt = now();
  }

  /** Takes one: 0 if there was one, else how many milliseconds it is until there is. */
  take(): number {
    const now = this.#now();
    this.#tokens = Math.min(this.#calls, this.#tokens + (now - this.#filledAt) / this.#msEach);
    this.#filledAt = now;
    if (this.#tokens < 1) return (1 - this.#tokens) * this.#msEach;
    this.#tokens -= 1;
    return 0;
  }
}
