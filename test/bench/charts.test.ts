import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { type Chart, drawCharts } from '#stint/bench/report/charts';
import { readLibraries } from '#stint/bench/report/libraries';

const charts: Chart[] = [
  {
    kind: 'distribution',
    unit: 'ms',
    runs: [[1, 2, 3, 4], [2, 3, 4, 900], [5]],
    before: [1, 2],
    targets: [
      { label: 'p50 ≤ 3 ms', value: 3 },
      { label: 'p95 ≤ 3.1 ms', value: 3.1 },
      { label: 'max ≤ 1e9 ms', value: 1e9 },
    ],
  },
  { kind: 'distribution', unit: 'count', runs: [[0, 0, 0]], targets: [] },
  {
    kind: 'curves',
    unit: 'us',
    lines: [
      { name: 'a', values: [1, 2] },
      { name: 'b', values: [3, 3000] },
    ],
  },
  {
    kind: 'series',
    unit: 'MB',
    x: 'runs',
    points: [
      [0, 1],
      [1, 2],
      [2, 3],
    ],
    slope: 1,
    low: 0.9,
    high: 1.1,
    intercept: 1,
    leaks: true,
  },
];

interface Drawn {
  height: number;
  marks: { constructor: { name: string }; data?: unknown[] }[];
}

/** Runs the code as a page does, by its text, beside the real library; only the last step, which needs a browser, is left out. */
function draw(): Drawn[] {
  const drawn: Drawn[] = [];
  const figures = charts.map((_, i) => ({
    clientWidth: 500,
    dataset: { chart: String(i) },
    append: (child: Drawn) => drawn.push(child),
  }));
  const context = createContext({ charts, document: { querySelectorAll: () => figures } });
  for (const library of readLibraries()) runInContext(library, context);
  const plot = '{ ...Plot, plot: (options) => options }';
  runInContext(`(${drawCharts})(${plot}, document, charts)`, context);
  return drawn;
}

describe('the charts of a page', () => {
  it('are drawn by code that uses nothing from outside of it', () => {
    expect(draw()).toHaveLength(charts.length);
  });

  it('show targets that are near, in rows that do not run into each other, and not those far away', () => {
    const [withTargets, without] = draw() as [Drawn, Drawn];
    const labels = withTargets.marks.filter(
      (mark) => mark.constructor.name.length > 0 && JSON.stringify(mark.data ?? '').includes('p50'),
    );
    expect(JSON.stringify(withTargets.marks.map(({ data }) => data))).not.toContain('1e9');
    expect(labels.length).toBeGreaterThan(0);
    expect(withTargets.height).toBe(without.height + 2 * 15);
  });
});
