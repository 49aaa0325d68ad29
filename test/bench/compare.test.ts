import { describe, expect, it } from 'vitest';
import { change, compare } from '#stint/bench/compare';
import type { Measurement } from '#stint/bench/measurement';
import { randomFrom } from '#stint/bench/random';
import type { Results } from '#stint/bench/results';
import { type Row, rowOf } from '#stint/bench/row';

/** Three runs of 100 samples, each run a little off by itself, as runs are. */
function row(seed: number, center: number, runNoise: number, better: Measurement['better'] = 'lower'): Row {
  const next = randomFrom(seed);
  return rowOf(
    [0, 1, 2].map(() => {
      const shift = 1 + (next() - 0.5) * 2 * runNoise;
      const values = Array.from({ length: 100 }, () => center * shift * (0.7 + 0.6 * next() + next() ** 8));
      return { id: 'row', title: 'A row', unit: 'ms', better, values, targets: [] };
    }),
  );
}

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);

describe('change', () => {
  it('sees none between measurements of the same thing, although runs differ by 10 %', () => {
    const seen = SEEDS.filter((seed) => change(row(seed, 10, 0.1), row(seed + 1000, 10, 0.1)).verdict !== 'same');
    expect(seen.length).toBeLessThanOrEqual(3);
  });

  it('sees that something became half as fast or twice as fast', () => {
    for (const seed of SEEDS) {
      expect(change(row(seed, 20, 0.05), row(seed + 1000, 10, 0.05)).verdict).toBe('worse');
      expect(change(row(seed, 5, 0.05), row(seed + 1000, 10, 0.05)).verdict).toBe('better');
    }
  });

  it('knows which way is better', () => {
    expect(change(row(1, 20, 0.02, 'higher'), row(2, 10, 0.02, 'higher')).verdict).toBe('better');
  });

  it('calls nothing a change that is less than 5 %', () => {
    expect(change(row(1, 10.3, 0), row(2, 10, 0)).verdict).toBe('same');
  });

  it('gives a ratio with an interval around it', () => {
    const { ratio, low, high } = change(row(1, 20, 0.05), row(2, 10, 0.05));
    expect(low).toBeLessThan(ratio);
    expect(high).toBeGreaterThan(ratio);
    expect(ratio).toBeGreaterThan(1.7);
    expect(ratio).toBeLessThan(2.3);
  });

  it('deals with counts that are 0', () => {
    const count = (value: number): Row =>
      rowOf(
        [0, 1, 2].map(() => ({ id: 'n', title: 'n', unit: 'count', better: 'lower', values: [value], targets: [] })),
      );
    expect(change(count(0), count(0))).toMatchObject({ ratio: 1, verdict: 'same' });
    expect(change(count(2), count(0)).verdict).toBe('worse');
    expect(change(count(0), count(2)).verdict).toBe('better');
  });
});

describe('compare', () => {
  it('tells of rows that are new and gone, and of another machine', () => {
    const results = (ids: string[], cores: number): Results =>
      ({
        at: '2026-01-01T00:00:00.000Z',
        quick: true,
        machine: { cores },
        suites: [{ name: 'suite', rows: ids.map((id) => ({ ...row(1, 10, 0.05), id })) }],
      }) as unknown as Results;
    const comparison = compare(results(['a', 'b'], 2), results(['b', 'c'], 4));
    expect(comparison).toMatchObject({ sameMachine: false, added: ['suite/a'], removed: ['suite/c'] });
    expect(comparison.changes).toMatchObject([{ suite: 'suite', id: 'b', ratio: 1, verdict: 'same' }]);
  });
});
