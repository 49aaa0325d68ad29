/**
 * Looks at the process every so often, and says when something exceeds a threshold.
 *
 * 1. A threshold is announced once when it is exceeded, and once when the measure is back below nine tenths of it: a measure that
 *    trembles around its threshold does not flood anyone.
 * 2. It keeps no process alive, and after `close` there are no events.
 * 3. It looks also when no descriptor is left: it has kept one back.
 */
import { EventEmitter } from 'node:events';
import { invalid, requireOptions } from '../errors/invalid.js';
import { MEASURES, type Measure, measuresOf } from './measures.js';
import { type Sample, type SampleOptions, sample } from './sample.js';
import { isExhausted, SpareDescriptor } from './spare-descriptor.js';

/** What is too much, by measure: bytes or a count. */
export type Thresholds = Partial<Record<Measure, number>>;

/** How often a monitor looks, and what is too much for it. */
export interface MonitorOptions extends SampleOptions {
  /** Milliseconds between two samples, 100 at least. Default: 5000. */
  every?: number;
  /** What is too much: bytes or a count, for this process and those below it together. */
  thresholds?: Thresholds;
}

/** What an event about a threshold says. */
export interface Crossing {
  readonly measure: Measure;
  readonly value: number;
  readonly threshold: number;
  readonly sample: Sample;
}

/** What a monitor tells: each look, and each threshold that is crossed, on the way up and on the way down. */
export interface MonitorEvents {
  sample: [Sample];
  exceeded: [Crossing];
  recovered: [Crossing];
}

const DEFAULT_EVERY_MS = 5000;
const LEAST_EVERY_MS = 100;
const MOST_EVERY_MS = 2 ** 31 - 1;
const RECOVERED = 0.9;

/** See the top of the file. Made by {@link createMonitor}. */
export class Monitor extends EventEmitter<MonitorEvents> implements Disposable {
  readonly #options: MonitorOptions;
  readonly #thresholds: [Measure, number][];
  readonly #exceeded = new Set<Measure>();
  readonly #spare: SpareDescriptor;
  readonly #timer: NodeJS.Timeout;

  /** @throws StintError `INVALID_ARGUMENT` */
  constructor(options: MonitorOptions = {}) {
    super();
    requireOptions(options, ['every', 'thresholds', 'segmentPrefix']);
    const { every = DEFAULT_EVERY_MS, thresholds = {} } = options;
    if (!Number.isInteger(every) || every < LEAST_EVERY_MS || every > MOST_EVERY_MS) {
      throw invalid('options.every', every, `a whole number of ms from ${LEAST_EVERY_MS} to ${MOST_EVERY_MS}`);
    }
    for (const [name, value] of Object.entries(thresholds)) {
      if (!Object.hasOwn(MEASURES, name)) {
        throw invalid('options.thresholds', name, `about ${Object.keys(MEASURES).join(', ')}`);
      }
      if (typeof value !== 'number' || !(value >= 0))
        throw invalid(`options.thresholds.${name}`, value, 'a number from 0');
    }
    this.#options = options;
    this.#thresholds = Object.entries(thresholds) as [Measure, number][];
    this.#spare = new SpareDescriptor();
    this.#timer = setInterval(() => this.#lookInTurn(), every).unref();
  }

  /** Takes a sample now, and says what there is to say about it. After `close` nobody is told. */
  look(): Sample {
    const now = this.#spare.lend(() => sample(this.#options));
    this.#tell(now);
    return now;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#spare[Symbol.dispose]();
    this.removeAllListeners();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #lookInTurn(): void {
    let now: Sample;
    try {
      now = this.#spare.lend(() => sample(this.#options));
    } catch (error) {
      // Another thread took the last descriptor: the next look is soon.
      if (isExhausted(error)) return;
      throw error;
    }
    this.#tell(now);
  }

  #tell(now: Sample): void {
    this.emit('sample', now);
    const values = measuresOf(now);
    for (const [measure, threshold] of this.#thresholds) {
      const value = values[measure];
      if (value === undefined) continue;
      if (value > threshold && !this.#exceeded.has(measure)) {
        this.#exceeded.add(measure);
        this.emit('exceeded', { measure, value, threshold, sample: now });
      } else if (value <= threshold * RECOVERED && this.#exceeded.delete(measure)) {
        this.emit('recovered', { measure, value, threshold, sample: now });
      }
    }
  }
}

/**
 * Starts to look at the process every so often.
 *
 * @throws StintError `INVALID_ARGUMENT`
 * @example
 * ```ts
 * using monitor = createMonitor({ every: 1000, thresholds: { rss: 512 * 1024 ** 2, descriptors: 1000, zombies: 0 } });
 * monitor.on('exceeded', ({ measure, value, threshold }) => console.warn(measure, value, 'is more than', threshold));
 * ```
 */
export function createMonitor(options?: MonitorOptions): Monitor {
  return new Monitor(options);
}
