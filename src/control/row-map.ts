/**
 * What belongs to rows of a control table. An array and not a Map: V8's table of a Map that much goes through keeps alive, by way of the
 * tables that it had before, all that was ever in them until the next full collection.
 */
export class RowMap<T> {
  readonly #values: (T | undefined)[] = [];
  #size = 0;

  /** How many rows have something. */
  get size(): number {
    return this.#size;
  }

  get(row: number): T | undefined {
    return this.#values[row];
  }

  set(row: number, value: T): void {
    while (this.#values.length <= row) this.#values.push(undefined);
    if (this.#values[row] === undefined) this.#size += 1;
    this.#values[row] = value;
  }

  delete(row: number): void {
    if (this.#values[row] === undefined) return;
    this.#values[row] = undefined;
    this.#size -= 1;
  }

  clear(): void {
    this.#values.length = 0;
    this.#size = 0;
  }

  *[Symbol.iterator](): Generator<[row: number, value: T]> {
    for (const [row, value] of this.#values.entries()) if (value !== undefined) yield [row, value];
  }

  *values(): Generator<T> {
    for (const [, value] of this) yield value;
  }
}
