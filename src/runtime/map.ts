import { invalid } from './units.js';

/** What `Runtime.map` can be told beyond the options of each task. */
export interface MapOptions {
  /** How many tasks may be on their way at once, 1 to 100,000. Default: two for each thread. */
  concurrency?: number;
}

const MOST_AT_ONCE = 100_000;

/** @throws StintError `INVALID_ARGUMENT` */
export function readConcurrency(value: unknown, threads: number): number {
  if (value === undefined) return 2 * threads;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_AT_ONCE) return value;
  throw invalid('options.concurrency', value, `a whole number from 1 to ${MOST_AT_ONCE}`);
}

/** @throws StintError `INVALID_ARGUMENT` */
export function readInputs<I>(value: Iterable<I> | AsyncIterable<I>): Iterable<I> | AsyncIterable<I> {
  const given = value as Partial<Iterable<I> & AsyncIterable<I>> | null | undefined;
  if (typeof (given?.[Symbol.asyncIterator] ?? given?.[Symbol.iterator]) === 'function') return value;
  throw invalid('inputs', value, 'something to go through: an array, a generator');
}

/** Something that has been started, and can be taken back. */
export interface Started<T> {
  readonly result: Promise<T>;
  cancel(): Promise<unknown>;
}

/**
 * Starts something for each input, no more than so many at once, and gives the results in the order of the inputs. When one fails, or the loop is left,
 * the others are cancelled, and have ended before that is told.
 */
export async function* mapOrdered<I, T>(
  inputs: Iterable<I> | AsyncIterable<I>,
  start: (input: I) => Started<T>,
  concurrency: number,
): AsyncGenerator<T, void, void> {
  const running: Started<T>[] = [];
  try {
    for await (const input of inputs) {
      const started = start(input);
      // It is awaited in its turn; until then its failure is not unhandled.
      started.result.catch(() => undefined);
      running.push(started);
      if (running.length >= concurrency) yield await (running.shift() as Started<T>).result;
    }
    while (running.length > 0) yield await (running.shift() as Started<T>).result;
  } finally {
    await Promise.all(running.map((started) => started.cancel()));
  }
}
