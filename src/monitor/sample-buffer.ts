/**
 * Keeps numbers by name for places on the way.
 *
 * 1. It keeps no more than so many places, from the first to the last, however many come: when it is full, every second one is dropped.
 * 2. The room for them is taken at once, so that who watches memory does not watch this grow.
 */
import type { Point } from './slope.js';

/** How many places are kept. */
const MOST_SAMPLES = 240;

export class SampleBuffer {
  readonly #xs = new Float64Array(MOST_SAMPLES);
  readonly #series = new Map<string, Float64Array>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param values what is not known is undefined */
  add(x: number, values: Readonly<Record<string, number | undefined>>): void {
    if (this.#count === MOST_SAMPLES) this.#dropHalf();
    this.#xs[this.#count] = x;
    for (const name of Object.keys(values)) {
      const series = this.#series.get(name) ?? new Float64Array(MOST_SAMPLES).fill(Number.NaN);
      series[this.#count] = values[name] ?? Number.NaN;
      this.#series.set(name, series);
    }
    this.#count += 1;
  }

  /** What is known of each name. */
  *[Symbol.iterator](): Generator<[name: string, points: Point[]]> {
    for (const [name, series] of this.#series) {
      const points = Array.from(series.subarray(0, this.#count), (y, i): Point => [this.#xs[i] as number, y]);
      yield [name, points.filter(([, y]) => !Number.isNaN(y))];
    }
  }

  #dropHalf(): void {
    this.#count = MOST_SAMPLES / 2;
    for (const values of [this.#xs, ...this.#series.values()]) {
      for (let i = 0; i < this.#count; i += 1) values[i] = values[i * 2] as number;
      values.fill(Number.NaN, this.#count);
    }
  }
}
