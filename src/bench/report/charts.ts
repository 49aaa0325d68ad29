/** What the page draws; the data only. */
export type Chart =
  /** How the values of one row are spread: all together, and each run. */
  | {
      readonly kind: 'distribution';
      readonly unit: string;
      readonly runs: readonly (readonly number[])[];
      readonly before?: readonly number[];
      readonly targets: readonly { readonly label: string; readonly value: number }[];
    }
  /** The share of values up to each one, for several rows. */
  | {
      readonly kind: 'curves';
      readonly unit: string;
      readonly lines: readonly { readonly name: string; readonly values: readonly number[] }[];
    }
  /** One measure over time, with the line through it. */
  | {
      readonly kind: 'series';
      readonly unit: string;
      readonly x: string;
      readonly points: readonly (readonly [number, number])[];
      readonly slope: number;
      readonly low: number;
      readonly high: number;
      readonly intercept: number;
      readonly leaks: boolean;
    };

/** As much of a browser as the charts use; the types of this package are Node's. */
interface PageElement {
  clientWidth: number;
  readonly dataset: Record<string, string>;
  append(child: unknown): void;
}

interface PageDocument {
  querySelectorAll(selector: string): Iterable<PageElement>;
}

type PlotLibrary = Record<string, (...args: unknown[]) => unknown>;

/**
 * Draws all charts of a page. Runs in the browser: its text is put into the page, so it uses nothing from outside of it.
 */
export function drawCharts(Plot: PlotLibrary, document: PageDocument, charts: Chart[]): void {
  const style = { background: 'none', fontSize: '11px', overflow: 'visible' };
  const call = (name: string, ...args: unknown[]): unknown => (Plot[name] as (...args: unknown[]) => unknown)(...args);

  const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
  const at = (values: number[], share: number): number => {
    const place = (values.length - 1) * share;
    const low = values[Math.floor(place)] as number;
    return low + (place % 1) * ((values[Math.ceil(place)] as number) - low);
  };

  /** Logarithmic where values differ by more than a screen can show otherwise. */
  const scaleFor = (values: number[], unit: string): Record<string, unknown> => {
    const all = sorted(values);
    const [least, most] = [all[0] as number, all[all.length - 1] as number];
    const logarithmic = least > 0 && most / least > 12;
    // One value alone has no scale.
    const room = Math.abs(least) * 0.1 || 1;
    return {
      ...(least === most ? { domain: [least - room, least + room] } : {}),
      type: logarithmic ? 'log' : 'linear',
      label: `${unit} →`,
      nice: !logarithmic,
      grid: true,
      tickFormat: '~s',
      ticks: 5,
    };
  };

  /** Equal on the scale that they are shown on; the highest reaches 1. */
  const barsOf = (all: number[], logarithmic: boolean): { from: number; to: number; height: number }[] => {
    const [least, most] = [all[0] as number, all[all.length - 1] as number];
    const bins = least === most ? 1 : 40;
    const edge = (i: number): number =>
      logarithmic ? least * (most / least) ** (i / bins) : least + (most - least) * (i / bins);
    const counts = new Array<number>(bins).fill(0);
    let bin = 0;
    for (const value of all) {
      while (bin < bins - 1 && value >= edge(bin + 1)) bin += 1;
      counts[bin] = (counts[bin] as number) + 1;
    }
    const highest = Math.max(...counts);
    return counts.flatMap((count, i) =>
      count === 0 ? [] : [{ from: edge(i), to: edge(i + 1), height: count / highest }],
    );
  };

  const distribution = (chart: Extract<Chart, { kind: 'distribution' }>, width: number): unknown => {
    const runs = chart.runs.map(sorted);
    const all = sorted(runs.flat());
    const most = all[all.length - 1] as number;
    const spread = most / Math.max(all[0] as number, Number.MIN_VALUE);
    // A target far outside would leave no room for what was measured.
    const near = chart.targets.filter(
      ({ value }) => value > 0 && value < most * (spread > 12 ? 30 : 2.5) && value > (all[0] as number) / 3,
    );
    const x = scaleFor([...all, ...near.map(({ value }) => value)], chart.unit);
    // Labels that would run into each other are put into rows, and those near the right edge go to the left.
    const domain = [
      Math.min(all[0] as number, ...near.map(({ value }) => value)),
      Math.max(most, ...near.map(({ value }) => value)),
    ];
    const place = (value: number): number => {
      const [a, b] = domain as [number, number];
      return x['type'] === 'log' ? Math.log(value / a) / Math.log(b / a) : (value - a) / (b - a);
    };
    const rows: number[] = [];
    const labels = [...near]
      .sort((a, b) => a.value - b.value)
      .map(({ label, value }) => {
        const toLeft = place(value) > 0.6;
        const space = (label.length * 6.2) / width;
        const [left, right] = toLeft ? [place(value) - space, place(value)] : [place(value), place(value) + space];
        let row = rows.findIndex((end) => end < left);
        if (row < 0) row = rows.length;
        rows[row] = right;
        return { label, value, toLeft, row };
      });
    const marginTop = 8 + rows.length * 15;
    const bars = barsOf(all, x['type'] === 'log');
    const strips = runs.map((values, i) => ({
      y: -0.16 - i * 0.15,
      min: at(values, 0),
      q1: at(values, 0.25),
      p50: at(values, 0.5),
      q3: at(values, 0.75),
      p95: at(values, 0.95),
      run: `run ${i + 1}`,
    }));
    return call('plot', {
      width,
      height: 134 + marginTop,
      marginLeft: 8,
      marginRight: 8,
      marginTop,
      marginBottom: 30,
      style,
      x,
      y: { axis: null, domain: [-0.6, 1.02] },
      marks: [
        call('rectY', bars, {
          x1: 'from',
          x2: 'to',
          y: 'height',
          fill: 'var(--accent)',
          fillOpacity: 0.55,
          insetLeft: 0.5,
          insetRight: 0.5,
        }),
        call('ruleY', [0], { stroke: 'var(--line)' }),
        call('ruleY', strips, { y: 'y', x1: 'min', x2: 'p95', stroke: 'var(--accent)', strokeOpacity: 0.5 }),
        call('ruleY', strips, {
          y: 'y',
          x1: 'q1',
          x2: 'q3',
          stroke: 'var(--accent)',
          strokeWidth: 5,
          strokeLinecap: 'round',
        }),
        call('dot', strips, {
          x: 'p50',
          y: 'y',
          r: 3,
          fill: 'var(--card)',
          stroke: 'var(--ink)',
          strokeWidth: 1.5,
          channels: { run: 'run', p50: 'p50', p95: 'p95' },
          tip: { format: { x: false, y: false } },
        }),
        ...(chart.before === undefined
          ? []
          : [
              call('tickX', [at(sorted(chart.before), 0.5)], {
                stroke: 'var(--muted)',
                strokeWidth: 2,
                strokeDasharray: '1 3',
              }),
            ]),
        call('ruleX', near, { x: 'value', stroke: 'var(--target)', strokeWidth: 1.5, strokeDasharray: '5 3' }),
        ...labels.map((label) =>
          call('text', [label], {
            x: 'value',
            text: 'label',
            frameAnchor: 'top',
            textAnchor: label.toLeft ? 'end' : 'start',
            dx: label.toLeft ? 2 : -2,
            dy: -10 - label.row * 15,
            fill: 'var(--target)',
            fontWeight: 600,
          }),
        ),
      ],
    });
  };

  const curves = (chart: Extract<Chart, { kind: 'curves' }>, width: number): unknown => {
    const points = chart.lines.flatMap(({ name, values }, index) => {
      const all = sorted(values);
      return all.map((value, i) => ({ value, share: (i + 1) / all.length, name, color: `var(--c${(index % 6) + 1})` }));
    });
    return call('plot', {
      width,
      height: 240,
      marginLeft: 44,
      marginRight: 12,
      marginTop: 16,
      marginBottom: 34,
      style,
      x: {
        ...scaleFor(
          points.map(({ value }) => value),
          chart.unit,
        ),
        ticks: 8,
      },
      y: { label: '↑ share of samples', percent: true, grid: true, ticks: 4, domain: [0, 100] },
      marks: [
        call('ruleY', [0.5, 0.95], { stroke: 'var(--muted)', strokeDasharray: '2 4' }),
        call('line', points, {
          x: 'value',
          y: 'share',
          z: 'name',
          stroke: 'color',
          strokeWidth: 2,
          curve: 'step-after',
        }),
        call(
          'tip',
          points,
          call('pointer', { x: 'value', y: 'share', channels: { row: 'name' }, format: { stroke: false } }),
        ),
      ],
    });
  };

  const series = (chart: Extract<Chart, { kind: 'series' }>, width: number): unknown => {
    const color = chart.leaks ? 'var(--bad)' : 'var(--accent)';
    const points = chart.points.map(([x, y]) => ({ x, y }));
    const xs = points.map(({ x }) => x);
    const [first, last] = [Math.min(...xs), Math.max(...xs)];
    const middle = (first + last) / 2;
    const center = chart.intercept + chart.slope * middle;
    const ends = [first, middle, last].map((x) => {
      const [a, b] = [center + chart.low * (x - middle), center + chart.high * (x - middle)];
      return { x, y: chart.intercept + chart.slope * x, low: Math.min(a, b), high: Math.max(a, b) };
    });
    const ys = points.map(({ y }) => y);
    const [least, most] = [Math.min(...ys), Math.max(...ys)];
    // What does not move is a line in the middle, not a tremble that fills the page.
    const room = Math.max((most - least) * 0.15, Math.abs(most) * 0.02, 1);
    return call('plot', {
      width,
      height: 190,
      marginLeft: 52,
      marginRight: 12,
      marginBottom: 34,
      style,
      x: { label: `${chart.x} →`, ticks: 6 },
      y: {
        label: `↑ ${chart.unit}`,
        grid: true,
        ticks: 4,
        tickFormat: '~s',
        domain: [least - room, most + room],
        clamp: true,
      },
      marks: [
        call('areaY', ends, { x: 'x', y1: 'low', y2: 'high', fill: color, fillOpacity: 0.15 }),
        call('dot', points, { x: 'x', y: 'y', r: 2.2, fill: 'var(--muted)', fillOpacity: 0.8, tip: true }),
        call('line', ends, { x: 'x', y: 'y', stroke: color, strokeWidth: 2 }),
      ],
    });
  };

  for (const figure of document.querySelectorAll('figure[data-chart]')) {
    const chart = charts[Number(figure.dataset['chart'])] as Chart;
    const width = Math.max(280, figure.clientWidth);
    figure.append(
      chart.kind === 'distribution'
        ? distribution(chart, width)
        : chart.kind === 'curves'
          ? curves(chart, width)
          : series(chart, width),
    );
  }
}
