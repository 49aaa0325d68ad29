/**
 * The owner of what a task acquired.
 *
 * 1. Disposers run in reverse order, each once, one after the other.
 * 2. All of them run, even if some throw; what they threw is told at the end.
 */
export type Disposer = () => void | Promise<void>;

export class Scope {
  readonly #disposers: Disposer[] = [];

  get isEmpty(): boolean {
    return this.#disposers.length === 0;
  }

  /** Has a disposer run when the scope is disposed. */
  defer(disposer: Disposer): void {
    if (typeof disposer !== 'function') throw new TypeError('scope.defer takes a function');
    this.#disposers.push(disposer);
  }

  /** Runs all disposers, those that come meanwhile too. Returns what they threw. */
  async dispose(): Promise<unknown[]> {
    const thrown: unknown[] = [];
    for (let disposer = this.#disposers.pop(); disposer !== undefined; disposer = this.#disposers.pop()) {
      try {
        await disposer();
      } catch (error) {
        thrown.push(error);
      }
    }
    return thrown;
  }
}
