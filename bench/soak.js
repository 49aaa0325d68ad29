// One launch every 100 ms that times out: does memory grow? `node bench/soak.js --minutes 10` by itself.
import { parseArgs } from 'node:util';
import { createRuntime } from '../dist/index.js';
import { leakVerdict } from './lib/leak-verdict.js';

const LIMIT_KB_A_MINUTE = 10;

/** @param minutes in all; the first of ten is warm-up */
export async function soak(minutes, warmUp) {
  const runtime = await createRuntime({ threads: 1 });
  const points = [];
  const from = performance.now();
  const elapsed = () => (performance.now() - from) / 60_000;
  let launches = 0;
  while (elapsed() < minutes) {
    const next = performance.now() + 100;
    await runtime.start({ language: 'lua', code: 'while true do end' }, { limits: { timeout: 50 } }).outcome;
    launches += 1;
    if (launches % 10 === 0 && elapsed() > warmUp) points.push([elapsed(), process.memoryUsage.rss() / 1024]);
    await new Promise((resolve) => setTimeout(resolve, next - performance.now()));
  }
  await runtime.close();
  return { launches, ...leakVerdict(points, LIMIT_KB_A_MINUTE) };
}

export async function run({ quick }) {
  const [minutes, warmUp] = quick ? [0.5, 0.2] : [3, 1];
  const { launches, slope, low, high, withinLimit } = await soak(minutes, warmUp);
  const row = {
    name: `RSS slope over ${minutes} minutes, ${launches} launches that time out`,
    unit: 'KB/min',
    value: slope,
    low,
    high,
  };
  // A short run says little about a slope: it is printed, not judged.
  return [quick ? row : { ...row, target: `< ${LIMIT_KB_A_MINUTE}`, pass: withinLimit }];
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
  const result = await soak(Number(values.minutes), 1);
  console.log(JSON.stringify(result));
  process.exitCode = result.withinLimit ? 0 : 1;
}
