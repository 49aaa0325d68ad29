import type { Change, Comparison } from '../compare.js';
import { number, percent, quantity, targetText } from '../numbers.js';
import type { Results, SuiteResults } from '../results.js';
import type { JudgedTarget, Row } from '../row.js';
import { isSingle } from '../text.js';
import type { Chart } from './charts.js';
import { type Html, html, tile } from './html.js';
import type { PageContent } from './page.js';

const STATISTICS = ['min', 'p95', 'p99', 'max', 'mean'] as const;
/** Colours that can be told apart. */
const MOST_LINES = 6;

/** The report of `stint bench`, with what changed if there is something to compare with. */
export function benchPage(results: Results, before?: Results, comparison?: Comparison): PageContent {
  const page = new BenchPage(results, before, comparison);
  return { title: `stint bench, ${results.at.slice(0, 10)}`, body: page.body(), charts: page.charts };
}

class BenchPage {
  readonly charts: Chart[] = [];
  readonly #results: Results;
  readonly #comparison: Comparison | undefined;
  readonly #before: Map<string, Row>;
  readonly #changes: Map<string, Change>;

  constructor(results: Results, before: Results | undefined, comparison: Comparison | undefined) {
    this.#results = results;
    this.#comparison = comparison;
    this.#before = new Map(before?.suites.flatMap(({ name, rows }) => rows.map((row) => [`${name}/${row.id}`, row])));
    this.#changes = new Map(comparison?.changes.map((change) => [`${change.suite}/${change.id}`, change]));
  }

  body(): Html {
    const { quick, at, tookMs, suites, versions } = this.#results;
    return html`
<header><div><h1>stint ${versions['stint']}, measured</h1>
<p class="sub">${at.replace('T', ' ').slice(0, 16)} UTC, ${quick ? 'a quick look' : 'in full'}, ${number(tookMs / 1000)} s</p></div>
<button type="button">Light / dark</button></header>
${this.#tiles()}
${this.#missed()}
${this.#changed()}
<nav>${suites.map(({ name, title, rows }) => {
      const missed = rows.some(({ verdict }) => verdict === 'missed');
      return html`<a class="chip ${missed ? 'bad' : 'good'}" href="#${name}">${title}${missed ? ' ✗' : ' ✓'}</a>`;
    })}</nav>
${suites.map((suite) => this.#suite(suite))}
<footer>${this.#footer()}</footer>`;
  }

  #tiles(): Html {
    const { met, missed, suites, runs, machine, versions } = this.#results;
    const rows = suites.flatMap((suite) => suite.rows);
    return html`<div class="tiles">
${tile(`${met} of ${met + missed}`, 'rows meet their targets')}
${tile(String(rows.length), `rows in ${suites.length} suites`)}
${tile(`${runs} runs`, 'of each suite, each in a process of its own')}
${tile(`${machine.cores} cores`, `${machine.cpu}, ${Math.round(machine.memoryMb / 1024)} GB`)}
${tile(`Node ${versions['node']}`, machine.system)}
</div>`;
  }

  #missed(): Html | false {
    const missed = this.#results.suites.flatMap(({ title, rows }) =>
      rows.flatMap((row) => row.targets.filter(({ met }) => !met).map((target) => ({ title, row, target }))),
    );
    if (missed.length === 0) return false;
    return html`<h2>Missed targets</h2><div class="scroll"><table>
<thead><tr><th>Suite</th><th>Row</th><th>Target</th><th class="n">Measured</th><th>Stated by</th></tr></thead>
<tbody>${missed.map(
      ({ title, row, target }) => html`<tr><td>${title}</td><td>${row.title}</td>
<td>${targetText(target, row.unit, isSingle(row))}</td><td class="n">${quantity(target.actual, row.unit)}</td><td>${target.source}</td></tr>`,
    )}</tbody></table></div>`;
  }

  #changed(): Html | false {
    const comparison = this.#comparison;
    if (comparison === undefined) return false;
    const changed = comparison.changes.filter(({ verdict }) => verdict !== 'same');
    const titles = new Map(
      this.#results.suites.flatMap(({ name, rows }) => rows.map((row) => [`${name}/${row.id}`, row.title])),
    );
    return html`<h2>Changes since ${comparison.at.slice(0, 10)}</h2>
<p class="about">${changed.length} of ${comparison.changes.length} rows changed beyond noise${comparison.sameMachine ? '' : '; another machine or mode, so figures are not comparable'}.</p>
${
  changed.length > 0 &&
  html`<div class="scroll"><table><thead><tr><th>Row</th><th></th><th class="n">New / old</th><th class="n">99 % interval</th></tr></thead>
<tbody>${changed.map(
    (change) => html`<tr><td>${titles.get(`${change.suite}/${change.id}`)}</td><td>${chip(change.verdict)}</td>
<td class="n">${number(change.ratio)}</td><td class="n">${number(change.low)} to ${number(change.high)}</td></tr>`,
  )}</tbody></table></div>`
}`;
  }

  #suite({ name, title, about, rows, failures }: SuiteResults): Html {
    const spread = rows.filter((row) => !isSingle(row));
    const single = rows.filter(isSingle);
    return html`<section id="${name}"><h2>${title}</h2><p class="about">${about}</p>
${failures.map(({ run, message }) => html`<p class="targets"><span class="miss">Run ${run} failed: ${message}</span></p>`)}
${this.#overviews(spread)}
${spread.length > 0 && html`<div class="grid">${spread.map((row) => this.#card(name, row))}</div>`}
${single.length > 0 && this.#table(name, single)}</section>`;
  }

  /** Rows of one unit, drawn over each other. */
  #overviews(rows: readonly Row[]): Html[] {
    const units = [...new Set(rows.map(({ unit }) => unit))];
    return units.flatMap((unit) => {
      const lines = rows.filter((row) => row.unit === unit).slice(0, MOST_LINES);
      if (lines.length < 2) return [];
      const chart = this.#chart({
        kind: 'curves',
        unit: sign(unit),
        lines: lines.map(({ title, runs }) => ({ name: title, values: runs.flatMap(({ values }) => values) })),
      });
      return html`<div class="card"><h3>Share of samples up to a value</h3>${chart}
<div class="legend">${lines.map(({ title }, i) => html`<span><i style="background: var(--c${i + 1})"></i>${title}</span>`)}</div></div>`;
    });
  }

  #card(suite: string, row: Row): Html {
    const { title, unit, verdict, samples, cv, note, targets, runs } = row;
    const before = this.#before.get(`${suite}/${row.id}`);
    const chart = this.#chart({
      kind: 'distribution',
      unit: sign(unit),
      runs: runs.map(({ values }) => values),
      ...(before === undefined ? {} : { before: before.runs.flatMap(({ values }) => values) }),
      targets: targets.map((target) => ({ label: targetText(target, unit, false), value: target.value })),
    });
    return html`<div class="card"><div class="head"><h3>${title}</h3>${verdict !== 'none' && chip(verdict)}</div>
<div class="figure"><b>${quantity(row.p50, unit)}</b><span>p50</span>${this.#change(suite, row)}</div>
<dl>${STATISTICS.map((name) => html`<div><dt>${name}</dt><dd>${number(row[name])}</dd></div>`)}
<div><dt>cv of runs</dt><dd>${percent(cv)}</dd></div><div><dt>samples</dt><dd>${number(samples)}</dd></div></dl>
${targetLine(targets, row)}${note !== undefined && html`<p class="note">${note}</p>`}
${chart}</div>`;
  }

  #table(suite: string, rows: readonly Row[]): Html {
    return html`<div class="scroll"><table><thead><tr><th>Figure</th><th class="n">Runs</th><th class="n">Median</th><th>Target</th><th></th></tr></thead>
<tbody>${rows.map(
      (row) => html`<tr><td>${row.title}${row.note !== undefined && html`<p class="note">${row.note}</p>`}</td>
<td class="n">${row.runs.map(({ p50 }) => number(p50)).join(' · ')}</td><td class="n">${quantity(row.p50, row.unit)}</td>
<td>${row.targets.map((target) => targetText(target, row.unit, true)).join(', ')}</td>
<td>${row.verdict !== 'none' && chip(row.verdict)} ${this.#change(suite, row)}</td></tr>`,
    )}</tbody></table></div>`;
  }

  #change(suite: string, row: Row): Html | false {
    const change = this.#changes.get(`${suite}/${row.id}`);
    if (change === undefined) return false;
    return change.verdict === 'same'
      ? html`<span class="chip plain">no change</span>`
      : html`<span class="chip ${change.verdict === 'better' ? 'good' : 'bad'}">${number(change.ratio)} times the old</span>`;
  }

  #chart(chart: Chart): Html {
    this.charts.push(chart);
    return html`<figure data-chart="${this.charts.length - 1}"></figure>`;
  }

  #footer(): Html {
    const { versions, runs } = this.#results;
    const rest = Object.entries(versions).filter(([name]) => !['stint', 'node'].includes(name));
    return html`<p>${rest.map(([name, version]) => `${name} ${version}`).join(', ')}.</p>
<p>p50, p95 and so on are of the samples of all ${runs} runs together; cv is how much the medians of the runs differ (standard deviation over mean).
A bar chart shows how the samples are spread; below it each run from its least value to its p95, thick from quartile to quartile, with a dot at its median.
A dashed line is a target. Charts by Observable Plot (ISC).</p>`;
  }
}

function targetLine(targets: readonly JudgedTarget[], { unit }: Row): Html | false {
  if (targets.length === 0) return false;
  return html`<p class="targets">${targets.map(
    (target, i) =>
      html`${i > 0 && ', '}<span class="${target.met ? '' : 'miss'}">${target.met ? '✓' : '✗'} ${targetText(target, unit, false)} (${target.source})</span>`,
  )}</p>`;
}

function chip(verdict: 'met' | 'missed' | 'better' | 'worse' | 'same'): Html {
  const good = verdict === 'met' || verdict === 'better';
  return html`<span class="chip ${good ? 'good' : 'bad'}">${good ? '✓' : '✗'} ${verdict}</span>`;
}

function sign(unit: Row['unit']): string {
  return quantity(1, unit).slice(1).trim() || 'count';
}
