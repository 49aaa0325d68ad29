import { coefficientOfVariation, mean, quantileSorted } from 'simple-statistics';
import type { Measurement, Statistic, Target, Unit } from './measurement.js';

/** What is kept of one run of a row. */
export interface RunSummary {
  readonly samples: number;
  readonly p50: number;
  /** The sample in order; if it was large, as many quantiles of it, the least and the largest value among them. */
  readonly values: readonly number[];
}

/** A target, and what was measured. */
export interface JudgedTarget extends Target {
  readonly actual: number;
  readonly met: boolean;
}

/** A row of the results: all runs together. */
export interface Row extends Readonly<Record<Statistic, number>> {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly better: 'lower' | 'higher';
  /** Of all runs. */
  readonly samples: number;
  /** How much the medians of the runs differ: their standard deviation, as a share of their mean. */
  readonly cv: number;
  readonly runs: readonly RunSummary[];
  readonly targets: readonly JudgedTarget[];
  readonly verdict: 'met' | 'missed' | 'none';
  readonly note?: string;
}

const MOST_VALUES = 200;

/** Makes one row of what several runs measured. A target is about the values of all runs together. */
export function rowOf(runs: readonly Measurement[]): Row {
  const [first] = runs as [Measurement];
  const { id, title, unit, better, note } = runs[runs.length - 1] as Measurement;
  const sorted = runs.flatMap(({ values }) => values).sort((a, b) => a - b);
  const statistics = statisticsOf(sorted);
  const summaries = runs.map(({ values }) => summaryOf(values));
  const targets = first.targets.map((target) => judge(target, statistics));
  return {
    id,
    title,
    unit,
    better,
    samples: sorted.length,
    ...statistics,
    cv: variation(summaries.map(({ p50 }) => p50)),
    runs: summaries,
    targets,
    verdict: targets.length === 0 ? 'none' : targets.every(({ met }) => met) ? 'met' : 'missed',
    ...(note === undefined ? {} : { note }),
  };
}

function statisticsOf(sorted: number[]): Record<Statistic, number> {
  const at = (share: number): number => quantileSorted(sorted, share);
  return { min: at(0), p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1), mean: mean(sorted) };
}

function summaryOf(values: readonly number[]): RunSummary {
  const sorted = [...values].sort((a, b) => a - b);
  const few =
    sorted.length <= MOST_VALUES
      ? sorted
      : Array.from({ length: MOST_VALUES }, (_, i) => quantileSorted(sorted, i / (MOST_VALUES - 1)));
  return { samples: values.length, p50: quantileSorted(sorted, 0.5), values: few };
}

function judge(target: Target, statistics: Record<Statistic, number>): JudgedTarget {
  const { relation, value, statistic } = target;
  if (relation === '=') {
    const wrong = [statistics.min, statistics.max].find((actual) => actual !== value);
    return { ...target, actual: wrong ?? value, met: wrong === undefined };
  }
  const actual = statistics[statistic];
  return { ...target, actual, met: relation === '<=' ? actual <= value : actual >= value };
}

function variation(medians: number[]): number {
  return medians.length < 2 || mean(medians) === 0 ? 0 : Math.abs(coefficientOfVariation(medians));
}
