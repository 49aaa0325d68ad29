import { median, quantileSorted } from 'simple-statistics';

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

const RESAMPLES = 400;
/** More points than that are averaged in groups: pairs grow with the square. */
const MOST_POINTS = 120;

/**
 * The slope of a line through points by Theil and Sen: the median of the slopes of all pairs, which a few wild points do not move
 * (Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968). The interval is that of a block bootstrap of what is left beside
 * the line (Künsch, 1989): memory moves in steps, so neighbours are alike, and an interval that takes them for independent would be too narrow.
 *
 * The same points give the same answer: what is random about it starts from a fixed seed.
 *
 * @param points at least 3, in the order of x
 */
export function slopeOf(points: readonly Point[]): Slope {
  const few = thinned(points);
  const value = theilSen(few);
  const intercept = median(few.map(([x, y]) => y - value * x));
  const rest = few.map(([x, y]) => y - intercept - value * x);
  if (rest.every((residual) => residual === 0)) return { value, low: value, high: value, intercept };
  const next = randomFrom(1);
  const slopes: number[] = [];
  for (let i = 0; i < RESAMPLES; i += 1) {
    const drawn = blocks(rest, next);
    slopes.push(theilSen(few.map(([x], at) => [x, intercept + value * x + (drawn[at] as number)])));
  }
  slopes.sort((a, b) => a - b);
  return { value, low: quantileSorted(slopes, 0.025), high: quantileSorted(slopes, 0.975), intercept };
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

/** As many values again, drawn in blocks of neighbours. */
function blocks(values: readonly number[], next: () => number): number[] {
  const length = Math.max(1, Math.round(Math.sqrt(values.length)));
  const drawn: number[] = [];
  while (drawn.length < values.length) {
    const from = Math.floor(next() * values.length);
    for (let i = 0; i < length; i += 1) drawn.push(values[(from + i) % values.length] as number);
  }
  return drawn;
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

/** Numbers from 0 to 1 that look random and are always the same (mulberry32 by Tommy Ettinger). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
