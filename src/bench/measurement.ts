/** What a row is measured in. */
export type Unit = 'us' | 'ms' | 's' | '/s' | 'MB' | 'KB' | 'bytes' | 'x' | 'count';

/** A figure of a row that a target can be about. */
export type Statistic = 'min' | 'p50' | 'p95' | 'p99' | 'max' | 'mean';

/** What a figure has to be. */
export interface Target {
  /** What it is about. Of the relation `=`: every value has to be that, and this says nothing. */
  readonly statistic: Statistic;
  readonly relation: '<=' | '>=' | '=';
  readonly value: number;
  /** Who says so. */
  readonly source: string;
}

/** One row, as one run of a suite measured it. */
export interface Measurement {
  /** Names the row within its suite, and stays the same from version to version. */
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  /** Which way is better. */
  readonly better: 'lower' | 'higher';
  /** One for each sample; a single one for a figure that is measured as a whole. */
  readonly values: readonly number[];
  readonly targets: readonly Target[];
  /** What one should know who reads the row. */
  readonly note?: string;
}

/** Where the targets come from that are not stint's own (docs/benchmarks.md tells of them). */
export const SOURCES = {
  /** Cooperative shutdown of sub-scripts, in C and Lua. */
  subScripts: 'sub-script host',
  /** An asynchronous task runtime in C. */
  taskRuntime: 'C task runtime',
  /** A bridge between synchronous commands and asynchronous work, in Rust. */
  bridge: 'sync/async bridge',
  /** A script kernel with a registry of tools, in Rust. */
  kernel: 'script kernel',
  /** Clean-up over restarts, in Python. */
  restarts: 'restart test',
  own: 'stint',
} as const;

/** `statistic` may be so much. */
export function atMost(statistic: Statistic, value: number, source: string): Target {
  return { statistic, relation: '<=', value, source };
}

/** `statistic` must be so much. */
export function atLeast(statistic: Statistic, value: number, source: string): Target {
  return { statistic, relation: '>=', value, source };
}

/** Every value must be this. */
export function exactly(value: number, source: string): Target {
  return { statistic: 'max', relation: '=', value, source };
}
