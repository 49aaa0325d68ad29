import { describe } from '../errors/describe.js';
import { invalid } from '../errors/invalid.js';

/** What `Runtime.map` can be told beyond the options of each task. */
export interface MapOptions {
  /** How many tasks may be on their way at once, 1 to 100,000, but no more than the runtime takes (`slots` and `queue`). Default: two for each thread. */
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
 * Starts something for each input, no more than so many at once, and gives the results in the order of the inputs, each as soon as it is there, also while
 * the next input has not come. When one fails, or the loop is left, the others are cancelled, and have ended before that is told. What the inputs throw comes
 * after the results of those before it.
 */
export async function* mapOrdered<I, T>(
  inputs: Iterable<I> | AsyncIterable<I>,
  start: (input: I) => Started<T>,
  concurrency: number,
): AsyncGenerator<T, void, void> {
  const source = new InputSource(inputs);
  const running: Started<T>[] = [];
  try {
    for (;;) {
      const coming = running.length < concurrency ? source.next() : undefined;
      const [first] = running;
      if (first === undefined && coming === undefined) {
        source.throwIfFailed();
        return;
      }
      const waitsFor = [coming, first?.result.then(() => undefined)].filter((one) => one !== undefined);
      const input = await Promise.race(waitsFor);
      if (input !== undefined) {
        if (source.take()) running.push(begin(start, input.value as I));
      } else if (first !== undefined) {
        running.shift();
        yield await first.result;
      }
    }
  } catch (error) {
    // What the inputs throw when they are left says less.
    await source.leave().catch(() => undefined);
    throw error;
  } finally {
    await Promise.all(running.map((started) => started.cancel()));
    await source.leave();
  }
}

function begin<I, T>(start: (input: I) => Started<T>, input: I): Started<T> {
  const started = start(input);
  // It is awaited in its turn; until then its failure is not unhandled.
  started.result.catch(() => undefined);
  return started;
}

/** Inputs, of which one is asked for ahead. */
class InputSource<I> {
  readonly #iterator: AsyncIterator<I> | Iterator<I>;
  #next: Promise<IteratorResult<I>> | undefined;
  #isAsked = false;
  #isOver = false;
  /** What the inputs threw. */
  #failure: { readonly error: unknown } | undefined;

  constructor(inputs: Iterable<I> | AsyncIterable<I>) {
    this.#iterator =
      (inputs as AsyncIterable<I>)[Symbol.asyncIterator]?.() ?? (inputs as Iterable<I>)[Symbol.iterator]();
  }

  /** The next one, the same until it is taken; undefined if there are no more. */
  next(): Promise<IteratorResult<I>> | undefined {
    if (!this.#isOver) this.#next ??= this.#ask();
    return this.#next;
  }

  /** @throws what the inputs threw */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Takes the one that has come. False if it was the end. */
  take(): boolean {
    this.#next = undefined;
    return !this.#isOver;
  }

  /** Lets the inputs clean up. Does not wait for some that have been asked and have not answered. */
  async leave(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const left = Promise.resolve(this.#iterator.return?.());
    if (this.#isAsked) left.catch(() => undefined);
    else await left;
  }

  async #ask(): Promise<IteratorResult<I>> {
    this.#isAsked = true;
    try {
      const result: unknown = await this.#iterator.next();
      if (!isResult(result)) throw new TypeError(`the inputs gave ${describe(result)} for the result of next()`);
      this.#isOver ||= Boolean(result.done);
      // As `for await` does: the inputs may be promises.
      return { done: this.#isOver, value: await result.value } as IteratorResult<I>;
    } catch (error) {
      this.#isOver = true;
      this.#failure = { error };
      return { done: true, value: undefined };
    } finally {
      this.#isAsked = false;
    }
  }
}

/** Without a look at this, inputs that are no iterator would never end. */
function isResult(value: unknown): value is { done?: unknown; value?: unknown } {
  return typeof value === 'object' && value !== null;
}
