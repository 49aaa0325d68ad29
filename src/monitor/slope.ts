import { median, sum } from 'simple-statistics';

/** A place on the way (a cycle, a minute) and what was measured there. */
export type Point = readonly [x: number, y: number];

/** How fast something grows, with the interval that holds it with 95 % confidence. */
export interface Slope {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Where the line is at 0. */
  readonly intercept: number;
}

/** More points than that are averaged in groups: pairs grow with the square. */
const MOST_POINTS = 240;
/** Standard errors on either side that hold 95 %: a few more than for very many points. */
const ERRORS = 2.1;
const MOST_CORRELATION = 0.98;

/**
 * The slope of a line through points by Theil and Sen: the median of the slopes of all pairs, which a few wild points do not move
 * (Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968).
 *
 * Memory moves in steps, so neighbours are alike, and an interval that takes them for independent would be too narrow. So the standard error is
 * that of as many independent points as these are worth (Bartlett, 1935), by the correlation of what is left beside the line with its
 * neighbour, which few points make look smaller than it is (Kendall, 1954). docs/monitor.md says what else was tried.
 *
 * @param points at least 3, in the order of x
 */
export function slopeOf(points: readonly Point[]): Slope {
  const few = thinned(points);
  const value = theilSen(few);
  const intercept = median(few.map(([x, y]) => y - value * x));
  const error = standardError(
    few.map(([x]) => x),
    few.map(([x, y]) => y - intercept - value * x),
  );
  return { value, low: value - ERRORS * error, high: value + ERRORS * error, intercept };
}

function standardError(xs: readonly number[], rest: readonly number[]): number {
  const n = xs.length;
  const squares = sum(rest.map((residual) => residual ** 2));
  if (squares === 0) return 0;
  const middle = sum(xs) / n;
  const width = sum(xs.map((x) => (x - middle) ** 2));
  const seen = sum(rest.map((residual, i) => residual * (rest[i + 1] ?? 0))) / squares;
  const correlation = Math.min(MOST_CORRELATION, Math.max(0, seen) + (1 + 4 * Math.max(0, seen)) / n);
  return Math.sqrt((squares / Math.max(1, n - 2) / width) * ((1 + correlation) / (1 - correlation)));
}

/** The median of the slopes of all pairs of points; 0 if there are none. */
function theilSen(points: readonly Point[]): number {
  const slopes: number[] = [];
  points.forEach(([x, y], i) => {
    for (const [laterX, laterY] of points.slice(i + 1)) {
      if (laterX > x) slopes.push((laterY - y) / (laterX - x));
    }
  });
  return slopes.length === 0 ? 0 : median(slopes);
}

/** The slope alone, without an interval. */
export function slopeValueOf(points: readonly Point[]): number {
  return theilSen(thinned(points));
}

/** Not more than {@link MOST_POINTS}, each the mean of a group of neighbours. */
function thinned(points: readonly Point[]): Point[] {
  const size = Math.ceil(points.length / MOST_POINTS);
  const groups: Point[] = [];
  for (let from = 0; from < points.length; from += size) {
    const group = points.slice(from, from + size);
    const mean = (of: 0 | 1): number => group.reduce((sum, point) => sum + point[of], 0) / group.length;
    groups.push([mean(0), mean(1)]);
  }
  return groups;
}
