import { describe, expect, it } from 'vitest';
import { randomFrom } from '#stint/bench/random';
import { type Point, slopeOf, verdictOf } from '#stint/monitor/index';

const LIMIT = { rate: 0, total: 100 };

/** Noise that neighbours share, as memory has it: it moves in steps and comes back. */
function noisy(seed: number, slope: number, n = 100): Point[] {
  const next = randomFrom(seed);
  let level = 0;
  return Array.from({ length: n }, (_, x) => {
    level = level * 0.7 + (next() - 0.5) * 200;
    return [x, 80_000 + slope * x + level];
  });
}

describe('slopeOf', () => {
  it('is exact for a line', () => {
    const line = Array.from({ length: 50 }, (_, x): Point => [x, 3 * x + 7]);
    expect(slopeOf(line)).toEqual({ value: 3, low: 3, high: 3, intercept: 7 });
  });

  it('is not moved by a few wild points', () => {
    const line = Array.from({ length: 50 }, (_, x): Point => [x, x % 10 === 5 ? 1e6 : 2 * x]);
    expect(slopeOf(line).value).toBeCloseTo(2, 5);
  });

  it('has an interval that holds the true slope, in at least 90 of 100 noisy samples', () => {
    let held = 0;
    for (let seed = 1; seed <= 100; seed += 1) {
      const { low, high } = slopeOf(noisy(seed, 5, 60));
      if (low <= 5 && 5 <= high) held += 1;
    }
    expect(held).toBeGreaterThanOrEqual(90);
  });

  it('takes more points than it compares in pairs, by averaging neighbours', () => {
    expect(slopeOf(noisy(3, 4, 5000)).value).toBeCloseTo(4, 1);
  });
});

describe('verdictOf', () => {
  it('finds no leak in flat noise, whatever the seed', () => {
    const found = Array.from({ length: 60 }, (_, seed) => verdictOf(noisy(seed + 1, 0), LIMIT).leaks);
    expect(found.filter(Boolean).length).toBeLessThanOrEqual(1);
  });

  it('finds a slow leak under noise, whatever the seed', () => {
    const found = Array.from({ length: 60 }, (_, seed) => verdictOf(noisy(seed + 1, 6), LIMIT).leaks);
    expect(found.filter(Boolean).length).toBeGreaterThanOrEqual(57);
  });

  it('takes one step up, early or late, for no leak', () => {
    for (const at of [10, 30, 50, 70, 90]) {
      const step = Array.from({ length: 100 }, (_, x): Point => [x, x < at ? 20 : 28]);
      expect(verdictOf(step, { rate: 0, total: 1.5 }).leaks).toBe(false);
    }
  });

  it('finds one more in every ten cycles', () => {
    const slow = Array.from({ length: 100 }, (_, x): Point => [x, 20 + Math.floor(x / 10)]);
    expect(verdictOf(slow, { rate: 0, total: 1.5 })).toMatchObject({ leaks: true });
  });

  it('heeds its limits: a rate, and a total', () => {
    const line = Array.from({ length: 50 }, (_, x): Point => [x, 3 * x]);
    expect(verdictOf(line, { rate: 0, total: 0 })).toMatchObject({ leaks: true, growth: 147 });
    expect(verdictOf(line, { rate: 4, total: 0 }).leaks).toBe(false);
    expect(verdictOf(line, { rate: 0, total: 148 }).leaks).toBe(false);
  });
});
