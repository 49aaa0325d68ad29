import type { SeriesVerdict } from '../../monitor/index.js';
import { number } from '../numbers.js';
import type { SoakResults } from '../run-soak.js';
import { growthText } from '../soak-text.js';
import type { Chart } from './charts.js';
import { type Html, html, tile } from './html.js';
import type { PageContent } from './page.js';

const MB = 1024 ** 2;

/** The report of `stint soak`. */
export function soakPage(results: SoakResults): PageContent {
  const { file, at, cycles, tookMs, series, leaking, unavailable, collected, machine, versions } = results;
  const named = Object.entries(series).sort(([, a], [, b]) => Number(b.leaks) - Number(a.leaks));
  return {
    title: `stint soak ${file}`,
    body: html`
<header><div><h1>${file}, run ${number(cycles)} times</h1>
<p class="sub">${at.replace('T', ' ').slice(0, 16)} UTC, ${number(tookMs / 1000)} s, ${number(results.warmup)} runs of warm-up not counted</p></div>
<button type="button">Light / dark</button></header>
<div class="tiles">
${tile(leaking.length === 0 ? 'Nothing grows' : `${leaking.length} of ${named.length} grow`, leaking.length === 0 ? `${named.length} measures watched` : leaking.join(', '))}
${tile(`${machine.cores} cores`, `${machine.cpu}, ${Math.round(machine.memoryMb / 1024)} GB`)}
${tile(`Node ${versions['node']}`, `stint ${versions['stint']}, ${machine.system}`)}
</div>
<div class="grid">${named.map(([name, verdict], i) => card(name, verdict, i))}</div>
<footer>${unavailable.length > 0 && html`<p>Not told by this system: ${unavailable.join(', ')}.</p>`}
<p>${collected ? 'Garbage was collected in every thread before each sample.' : 'Garbage could not be collected before each sample (no inspector): memory says little.'}
The line is that of Theil and Sen; its 95 % interval, the tinted area, allows for neighbours being alike. Something leaks if that interval is above the limit,
if it gains more than the limit in all, and if it grows in both halves. Charts by Observable Plot (ISC).</p></footer>`,
    charts: named.map(([, verdict]) => chart(verdict)),
  };
}

function card(name: string, verdict: SeriesVerdict, index: number): Html {
  return html`<div class="card"><div class="head"><h3>${name}</h3>
<span class="chip ${verdict.leaks ? 'bad' : 'good'}">${verdict.leaks ? '✗ grows' : '✓ steady'}</span></div>
<p class="note">${growthText(verdict)}</p><figure data-chart="${index}"></figure></div>`;
}

function chart({ unit, points, value, low, high, intercept, leaks }: SeriesVerdict): Chart {
  const scale = unit === 'bytes' ? MB : 1;
  return {
    kind: 'series',
    unit: unit === 'bytes' ? 'MB' : 'count',
    x: 'runs',
    points: points.map(([x, y]) => [x, y / scale] as const),
    slope: value / scale,
    low: low / scale,
    high: high / scale,
    intercept: intercept / scale,
    leaks,
  };
}
