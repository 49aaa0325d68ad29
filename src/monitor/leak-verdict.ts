import { type Point, type Slope, slopeOf, slopeValueOf } from './slope.js';

/** How much growth is none. */
export interface GrowthLimit {
  /** What may be added for each unit of x (a cycle, a minute). */
  readonly rate: number;
  /** What may be added from the first point to the last one. */
  readonly total: number;
}

/** Whether something grows. */
export interface GrowthVerdict extends Slope {
  /** What the line gains from the first point to the last. */
  readonly growth: number;
  readonly limit: GrowthLimit;
  readonly leaks: boolean;
}

/** Fewer points than that say nothing about a slope. */
export const LEAST_POINTS = 8;

/**
 * Something leaks if it grows faster than the limit with 95 % confidence, by more than the limit in all, and in both halves: one step up, of something
 * that is made once and kept, is no leak.
 *
 * @param points at least {@link LEAST_POINTS}, in the order of x
 */
export function verdictOf(points: readonly Point[], limit: GrowthLimit): GrowthVerdict {
  const slope = slopeOf(points);
  const first = points[0] as Point;
  const last = points[points.length - 1] as Point;
  const growth = slope.value * (last[0] - first[0]);
  const middle = Math.floor(points.length / 2);
  const steady = [points.slice(0, middle), points.slice(middle)].every((half) => slopeValueOf(half) > limit.rate / 2);
  return { ...slope, growth, limit, leaks: slope.low > limit.rate && growth > limit.total && steady };
}
