/**
 * Gathers samples of a work that is done again and again, and says what grows with it. Garbage is collected in all threads before each sample,
 * where that can be done: what is left is held by something.
 */
import { getEventListeners } from 'node:events';
import { GarbageCollector } from './collect-garbage.js';
import { checkLeakOptions, DEFAULT_LIMITS, type LeakWatchOptions, readCounter } from './leak-options.js';
import { type GrowthLimit, type GrowthVerdict, LEAST_POINTS, verdictOf } from './leak-verdict.js';
import { countListeners, MEASURES, type Measure, measuresOf, type Unit } from './measures.js';
import { sample } from './sample.js';
import { SampleBuffer } from './sample-buffer.js';
import type { Point } from './slope.js';

/** What became of one measure. */
export interface SeriesVerdict extends GrowthVerdict {
  readonly unit: Unit;
  readonly points: readonly Point[];
}

/** What grows and what does not, by measure. */
export interface LeakVerdict {
  /** Whether anything does. */
  readonly leaks: boolean;
  /** The names of what does. */
  readonly leaking: readonly string[];
  readonly series: Readonly<Record<string, SeriesVerdict>>;
  /** What this system does not tell. */
  readonly unavailable: readonly string[];
  /** Whether garbage was collected before each sample: without that, memory says less. */
  readonly collected: boolean;
}

/** The same as {@link watchLeaks} for work that has a loop of its own: `sample` after each cycle, and in the end `verdict`. */
export class LeakWatch implements Disposable {
  readonly #options: LeakWatchOptions;
  readonly #collector: GarbageCollector | undefined;
  readonly #samples = new SampleBuffer();

  private constructor(options: LeakWatchOptions, collector: GarbageCollector | undefined) {
    this.#options = options;
    this.#collector = collector;
  }

  /** @throws StintError `INVALID_ARGUMENT` */
  static async open(options: LeakWatchOptions = {}): Promise<LeakWatch> {
    checkLeakOptions(options);
    return new LeakWatch(options, await GarbageCollector.open());
  }

  /** @param x where the work is: cycles, or minutes; more each time */
  async sample(x: number): Promise<void> {
    await this.#collector?.collect();
    const { counters = {}, emitters = [], segmentPrefix } = this.#options;
    this.#samples.add(x, {
      ...measuresOf(sample({ segmentPrefix })),
      listeners: countListeners([process, ...emitters], getEventListeners),
      ...Object.fromEntries(Object.entries(counters).map(([name, count]) => [name, readCounter(name, count)])),
    });
  }

  /** Undefined as long as there are too few samples. */
  verdict(): LeakVerdict | undefined {
    if (this.#samples.count < LEAST_POINTS) return undefined;
    const series: Record<string, SeriesVerdict> = {};
    const unavailable: string[] = [];
    for (const [name, points] of this.#samples) {
      if (points.length < LEAST_POINTS) unavailable.push(name);
      else series[name] = { unit: unitOf(name), points, ...verdictOf(points, this.#limit(name)) };
    }
    const leaking = Object.keys(series).filter((name) => series[name]?.leaks === true);
    return { leaks: leaking.length > 0, leaking, series, unavailable, collected: this.#collector !== undefined };
  }

  close(): void {
    this.#collector?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #limit(name: string): GrowthLimit {
    return this.#options.limits?.[name] ?? DEFAULT_LIMITS[name as Measure] ?? DEFAULT_LIMITS.listeners;
  }
}

function unitOf(name: string): Unit {
  return Object.hasOwn(MEASURES, name) ? MEASURES[name as Measure] : 'count';
}
