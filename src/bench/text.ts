import type { Comparison } from './compare.js';
import { number, percent, quantity, targetText } from './numbers.js';
import type { Results, SuiteResults } from './results.js';
import type { Row } from './row.js';

/** Results as text, for a terminal or a log. */
export function resultsText(results: Results): string {
  const { machine, versions, quick, runs, met, missed, suites, tookMs } = results;
  const failed = suites.reduce((sum, { failures }) => sum + failures.length, 0);
  return [
    `stint ${versions['stint']} on Node ${versions['node']}, ${machine.cores} x ${machine.cpu}, ${machine.system}`,
    ...suites.flatMap(suiteLines),
    '',
    `${met} of ${met + missed} rows meet their targets${failed > 0 ? `, ${failed} runs of suites failed` : ''}; ${runs} runs${quick ? ' (quick)' : ''}, ${number(tookMs / 1000)} s`,
    '',
  ].join('\n');
}

/** What changed, as text. */
export function comparisonText({ at, sameMachine, changes, added, removed }: Comparison): string {
  const changed = changes.filter(({ verdict }) => verdict !== 'same');
  const lines = changed.map(
    ({ suite, id, ratio, low, high, verdict }) =>
      `  ${verdict.padEnd(6)} ${suite}/${id}: ${number(ratio)} times (99 %: ${number(low)} to ${number(high)})`,
  );
  return [
    `Against ${at}${sameMachine ? '' : ' (another machine, or another mode: figures are not comparable)'}:`,
    ...lines,
    `  ${changes.length - changed.length} of ${changes.length} rows the same but for noise`,
    ...(added.length > 0 ? [`  new: ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`  gone: ${removed.join(', ')}`] : []),
    '',
  ].join('\n');
}

function suiteLines({ title, rows, failures }: SuiteResults): string[] {
  return ['', title, ...rows.map(rowLine), ...failures.map(({ run, message }) => `  FAILED in run ${run}: ${message}`)];
}

function rowLine(row: Row): string {
  const single = isSingle(row);
  const figures = single
    ? row.runs.map(({ p50 }) => quantity(p50, row.unit)).join(', ')
    : `${(['p50', 'p95', 'p99'] as const).map((name) => `${name} ${number(row[name])}`).join('  ')} ${quantity(1, row.unit).slice(2)}`;
  const verdict = row.targets
    .map((target) => `${target.met ? 'ok' : 'MISSED'} ${targetText(target, row.unit, single)}`)
    .join(', ');
  const variation = single ? '' : `  cv ${percent(row.cv)}`;
  return `  ${row.title}: ${figures}${variation}${verdict === '' ? '' : `  [${verdict}]`}`;
}

/** Whether each run gave one value. */
export function isSingle({ runs }: Row): boolean {
  return runs.every(({ samples }) => samples === 1);
}
