import { median, quantileSorted, sampleWithReplacement } from 'simple-statistics';
import { randomFrom } from './random.js';
import type { Results } from './results.js';
import type { Row } from './row.js';

/** How a row changed. */
export interface Change {
  readonly suite: string;
  readonly id: string;
  /** The new median over the old one, and the interval that holds that ratio with 99 % confidence. 1: no change. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly verdict: 'better' | 'worse' | 'same';
}

export interface Comparison {
  /** When the old results were measured, and on what. */
  readonly at: string;
  readonly sameMachine: boolean;
  readonly changes: readonly Change[];
  /** Rows that only one of the two has: `suite/id`. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

const RESAMPLES = 600;
/** So many of a run's values, evenly spread, stand for all: the interval is a little wider for it, and a comparison takes no longer than a moment. */
const VALUES_OF_A_RUN = 50;
const CONFIDENCE = 0.99;
/** Less than that is nothing that anyone would act upon. */
const LEAST_CHANGE = 0.05;

/**
 * Compares results. A row changed beyond noise if all of these hold:
 *
 * - no run of the one has a median between those of the other (for three runs each, chance does that once in ten times);
 * - the interval of the ratio of medians does not hold 1. It is that of a bootstrap on two levels: runs are drawn, then values within each,
 *   so that the differences between runs count as what they are, noise;
 * - the ratio is 5 % or more away from 1.
 */
export function compare(now: Results, before: Results): Comparison {
  const olds = rowsOf(before);
  const news = rowsOf(now);
  const changes: Change[] = [];
  for (const [key, row] of news) {
    const old = olds.get(key);
    if (old !== undefined && old.unit === row.unit)
      changes.push({ ...change(row, old), suite: suiteOf(key), id: row.id });
  }
  return {
    at: before.at,
    sameMachine: JSON.stringify(before.machine) === JSON.stringify(now.machine) && before.quick === now.quick,
    changes,
    added: [...news.keys()].filter((key) => !olds.has(key)),
    removed: [...olds.keys()].filter((key) => !news.has(key)),
  };
}

/** Exported for its test. */
export function change(now: Row, before: Row): Omit<Change, 'suite' | 'id'> {
  const next = randomFrom(1);
  const [nowRuns, beforeRuns] = [runsOf(now), runsOf(before)];
  const ratios = Array.from({ length: RESAMPLES }, () => ratioOf(redraw(nowRuns, next), redraw(beforeRuns, next)));
  ratios.sort((a, b) => a - b);
  const low = quantileSorted(ratios, (1 - CONFIDENCE) / 2);
  const high = quantileSorted(ratios, (1 + CONFIDENCE) / 2);
  const ratio = ratioOf(now.p50, before.p50);
  const beyond = apart(now, before) && (low > 1 || high < 1) && Math.abs(ratio - 1) >= LEAST_CHANGE;
  if (!beyond) return { ratio, low, high, verdict: 'same' };
  return { ratio, low, high, verdict: ratio < 1 === (now.better === 'lower') ? 'better' : 'worse' };
}

/** The median of what might as well have been measured. */
function redraw(runs: number[][], next: () => number): number {
  const drawn = sampleWithReplacement(runs, runs.length, next);
  return median(drawn.flatMap((values) => sampleWithReplacement(values, values.length, next)));
}

function runsOf({ runs }: Row): number[][] {
  return runs.map(({ values }) => {
    if (values.length <= VALUES_OF_A_RUN) return [...values];
    const sorted = [...values].sort((a, b) => a - b);
    return Array.from({ length: VALUES_OF_A_RUN }, (_, i) => quantileSorted(sorted, i / (VALUES_OF_A_RUN - 1)));
  });
}

function apart(a: Row, b: Row): boolean {
  const [aMedians, bMedians] = [a, b].map(({ runs }) => runs.map(({ p50 }) => p50)) as [number[], number[]];
  return Math.min(...aMedians) > Math.max(...bMedians) || Math.max(...aMedians) < Math.min(...bMedians);
}

/** Of two figures that may be 0 or below: then what is more is infinitely more. */
function ratioOf(now: number, before: number): number {
  if (now === before) return 1;
  if (before <= 0 || now <= 0) return now > before ? Number.MAX_VALUE : 0;
  return now / before;
}

function rowsOf({ suites }: Results): Map<string, Row> {
  return new Map(suites.flatMap(({ name, rows }) => rows.map((row) => [`${name}/${row.id}`, row])));
}

function suiteOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}
