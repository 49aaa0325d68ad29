import type { SeriesVerdict } from '../monitor/index.js';
import { number } from './numbers.js';
import type { SoakResults } from './run-soak.js';

/** What came of a soak, as text. */
export function soakText({
  file,
  cycles,
  warmup,
  tookMs,
  series,
  leaking,
  unavailable,
  collected,
}: SoakResults): string {
  const lines = Object.entries(series).map(
    ([name, verdict]) => `  ${verdict.leaks ? 'LEAKS' : 'ok   '} ${name.padEnd(12)} ${growthText(verdict)}`,
  );
  return [
    `${file}: ${number(cycles)} runs in ${number(tookMs / 1000)} s, ${number(warmup)} of warm-up not counted`,
    ...lines,
    ...(unavailable.length > 0 ? [`  not told by this system: ${unavailable.join(', ')}`] : []),
    ...(collected ? [] : ['  garbage could not be collected before each sample (no inspector): memory says little']),
    leaking.length === 0 ? 'nothing grows' : `grows with every run: ${leaking.join(', ')}`,
    '',
  ].join('\n');
}

/** The last value, and what each run adds to it. */
export function growthText({ unit, points, value, low, high }: SeriesVerdict): string {
  const last = points[points.length - 1]?.[1] ?? 0;
  const [shown, perRun] = unit === 'bytes' ? [`${number(last / 1024 ** 2)} MB`, 'bytes'] : [number(last), ''];
  const slope = (each: number): string => (each === 0 ? '0' : number(each));
  return `${shown}, ${value > 0 ? '+' : ''}${slope(value)} ${perRun} a run (95 %: ${slope(low)} to ${slope(high)})`.replace(
    '  ',
    ' ',
  );
}
