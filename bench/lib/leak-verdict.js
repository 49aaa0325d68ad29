import { slope } from './statistics.js';

/**
 * Whether memory grows.
 *
 * @param points [minutes, kilobytes]
 * @param limit kilobytes a minute
 * @returns the slope, its 95 % interval, and `leaks`: the whole interval is above the limit
 */
export function leakVerdict(points, limit) {
  const { value, error } = slope(points);
  return {
    slope: value,
    low: value - 1.96 * error,
    high: value + 1.96 * error,
    leaks: value - 1.96 * error > limit,
    withinLimit: value <= limit,
  };
}
