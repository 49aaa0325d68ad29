import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Outcome, OutcomeKind, Rung } from './outcome.js';
import type { Percentiles, RuntimeStats } from './stats.js';

const LONGEST_US = 2 ** 50;

/** Gathers durations, to within a thousandth, in bounded memory. */
class Durations {
  readonly #microseconds: RecordableHistogram = createHistogram({ lowest: 1, highest: LONGEST_US, figures: 3 });

  add(ms: number): void {
    // A histogram knows no zero.
    this.#microseconds.record(Math.min(LONGEST_US, Math.max(1, Math.round(ms * 1000))));
  }

  read(): Percentiles {
    const histogram = this.#microseconds;
    if (histogram.count === 0) return { p50: 0, p95: 0, p99: 0, max: 0 };
    const at = (percentile: number): number => histogram.percentile(percentile) / 1000;
    return { p50: at(50), p95: at(95), p99: at(99), max: histogram.max / 1000 };
  }
}

/** Counts what a runtime does. */
export class Tally {
  readonly #ended: Record<OutcomeKind, number> = {
    completed: 0,
    failed: 0,
    'timed-out': 0,
    cancelled: 0,
    'out-of-memory': 0,
    lost: 0,
  };
  readonly #rungs: Record<Rung, number> = { stop: 0, break: 0, terminate: 0, kill: 0 };
  readonly #queueTimes = new Durations();
  readonly #runTimes = new Durations();
  #started = 0;

  /** One more task. Returns how many there were so far. */
  start(): number {
    this.#started += 1;
    return this.#started;
  }

  /** A task has its outcome. */
  end({ kind, rung, usage }: Outcome): void {
    this.#ended[kind] += 1;
    if (rung !== undefined) this.#rungs[rung] += 1;
    this.#queueTimes.add(usage.queuedMs);
    this.#runTimes.add(usage.runMs);
  }

  read(): Pick<RuntimeStats, 'queueMs' | 'runMs' | 'started' | 'ended' | 'rungs'> {
    return {
      queueMs: this.#queueTimes.read(),
      runMs: this.#runTimes.read(),
      started: this.#started,
      ended: { ...this.#ended },
      rungs: { ...this.#rungs },
    };
  }
}
