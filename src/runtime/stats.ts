import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { InterruptMeans } from '../control/interrupter.js';
import type { EngineCounts } from '../engines/engine.js';
import type { EngineName } from '../engines/engine-name.js';
import type { Outcome, OutcomeKind, Rung } from './outcome.js';

/** What is known of many durations, in ms. All 0 if there was none. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The threads of a runtime, or its child processes. */
export interface HostStats {
  /** Those that are there now. */
  readonly count: number;
  /** Started so far, replaced ones included. */
  readonly started: number;
  /** Those that died by themselves. */
  readonly lost: number;
  /** Milliseconds until one that died may be replaced: more each time, as long as none gets a task done. */
  readonly restartsInMs: number;
}

/** What a runtime is doing and has done. */
export interface RuntimeStats {
  readonly name: string;
  readonly threads: HostStats;
  /** Child processes; the one that is kept ready is not counted. */
  readonly processes: HostStats;
  /** How scripts are interrupted here. */
  readonly interrupts: InterruptMeans;
  /** Tasks that wait for a slot or a thread. */
  readonly queued: number;
  /** Tasks that have a slot and a thread. */
  readonly live: number;
  readonly running: number;
  readonly waiting: number;
  readonly stopping: number;
  /** How often a script was cut off at the end of its slice, and how often a waiting one was woken. */
  readonly slices: number;
  readonly wakeups: number;
  /** How long tasks that have ended waited for their start, and how long they took from there, in ms. */
  readonly queueMs: Percentiles;
  readonly runMs: Percentiles;
  /** Tasks accepted so far. */
  readonly started: number;
  /** Tasks that have their outcome, by kind. */
  readonly ended: Readonly<Record<OutcomeKind, number>>;
  /** Tasks that had to be made to end, by the rung it took. */
  readonly rungs: Readonly<Record<Rung, number>>;
  /** What the engines of all threads held when last heard of. */
  readonly engines: Partial<Record<EngineName, EngineCounts>>;
}

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

/** The engines of all threads taken together. */
export function sumEngines(
  threads: Iterable<Partial<Record<EngineName, EngineCounts>>>,
): Partial<Record<EngineName, EngineCounts>> {
  const sums: Partial<Record<EngineName, EngineCounts>> = {};
  for (const thread of threads) {
    for (const [name, counts] of Object.entries(thread) as [EngineName, EngineCounts][]) {
      const sum = sums[name] ?? { live: 0, spare: 0, instances: 0, tableSize: 0 };
      sums[name] = {
        live: sum.live + counts.live,
        spare: sum.spare + counts.spare,
        instances: sum.instances + counts.instances,
        tableSize: Math.max(sum.tableSize, counts.tableSize),
      };
    }
  }
  return sums;
}

/** What a pool knows of its hosts. */
interface PoolCounts {
  readonly hosts: readonly unknown[];
  readonly started: number;
  readonly lost: number;
  readonly restartsIn: number;
}

/** The hosts of one kind; none if they were never needed. */
export function hostStats(pool: PoolCounts | undefined): HostStats {
  if (pool === undefined) return { count: 0, started: 0, lost: 0, restartsInMs: 0 };
  return { count: pool.hosts.length, started: pool.started, lost: pool.lost, restartsInMs: pool.restartsIn };
}
