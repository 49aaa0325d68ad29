import { describe, expect, it } from 'vitest';
import { atLeast, atMost, exactly, type Measurement } from '#stint/bench/measurement';
import { rowOf } from '#stint/bench/row';
import { RowCollector } from '#stint/bench/suite';

function measured(values: number[], targets: Measurement['targets'] = []): Measurement {
  return { id: 'row', title: 'A row', unit: 'ms', better: 'lower', values, targets };
}

describe('rowOf', () => {
  it('takes the percentiles of all runs together, and the variation of their medians', () => {
    const row = rowOf([measured([1, 2, 3]), measured([2, 3, 4]), measured([3, 4, 5])]);
    expect(row).toMatchObject({ samples: 9, min: 1, p50: 3, max: 5, mean: 3, verdict: 'none' });
    expect(row.runs.map(({ p50 }) => p50)).toEqual([2, 3, 4]);
    expect(row.cv).toBeCloseTo(1 / 3, 10);
  });

  it('judges each target by the figure that it is about', () => {
    const values = [...Array.from({ length: 99 }, () => 1), 100];
    const row = rowOf([measured(values, [atMost('p50', 1, 'x'), atMost('max', 99, 'x'), atLeast('min', 1, 'x')])]);
    expect(row.targets.map(({ met, actual }) => [met, actual])).toEqual([
      [true, 1],
      [false, 100],
      [true, 1],
    ]);
    expect(row.verdict).toBe('missed');
  });

  it('has every value of every run be what it has to be exactly', () => {
    const judge = (...runs: number[]) => rowOf(runs.map((value) => measured([value], [exactly(5, 'x')])));
    expect(judge(5, 5, 5).verdict).toBe('met');
    expect(judge(5, 4, 5).targets[0]).toMatchObject({ met: false, actual: 4 });
    expect(judge(5, 5, 6).targets[0]).toMatchObject({ met: false, actual: 6 });
  });

  it('keeps at most 200 values of a run, its ends among them', () => {
    const values = Array.from({ length: 5000 }, (_, i) => 5000 - i);
    const [run] = rowOf([measured(values)]).runs;
    expect(run?.samples).toBe(5000);
    expect(run?.values).toHaveLength(200);
    expect([run?.values[0], run?.values.at(-1)]).toEqual([1, 5000]);
    expect(run?.p50).toBe(2500.5);
  });
});

describe('a suite', () => {
  it.each([[[]], [[1, Number.NaN]], [[Number.POSITIVE_INFINITY]]])(
    'cannot tell of a row with the values %j',
    (values) => {
      const collector = new RowCollector(true);
      expect(() => collector.row({ id: 'row', title: 'A row', unit: 'ms', values })).toThrow(
        "the row 'row' has values that",
      );
    },
  );
});
