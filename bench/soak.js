// One launch every 100 ms that times out: does memory grow? `node bench/soak.js --minutes 10` by itself.
//
// RSS also has garbage that V8 has not collected yet (at this rate it waits for minutes, and tens of megabytes) and pages that an allocator
// keeps. So each sample is taken after a collection in every thread, and the clock starts after as many stops as it takes until compiled
// code and allocators have settled: 30,000, as fast as they come.
import { parseArgs } from 'node:util';
import { createRuntime } from '../dist/index.js';
import { GarbageCollector } from './lib/collect-garbage.js';
import { leakVerdict } from './lib/leak-verdict.js';

const LIMIT_KB_A_MINUTE = 10;
const WARM_UP_STOPS = 30_000;
const LAUNCHES_A_SAMPLE = 50;
const ENDLESS = { language: 'lua', code: 'while true do end' };

/** @param minutes of measuring @param warmUp stops before that */
async function soak(minutes, warmUp) {
  const collector = new GarbageCollector();
  const runtime = await createRuntime({ threads: 1 });
  for (let i = 0; i < warmUp; i += 1) await runtime.start(ENDLESS, { limits: { timeout: 1 } }).outcome;
  const points = [];
  const from = performance.now();
  const elapsed = () => (performance.now() - from) / 60_000;
  let launches = 0;
  while (elapsed() < minutes) {
    const next = performance.now() + 100;
    await runtime.start(ENDLESS, { limits: { timeout: 50 } }).outcome;
    launches += 1;
    if (launches % LAUNCHES_A_SAMPLE === 0) {
      await collector.collect();
      points.push([elapsed(), process.memoryUsage.rss() / 1024]);
    }
    await new Promise((resolve) => setTimeout(resolve, next - performance.now()));
  }
  await runtime.close();
  collector.close();
  return { launches, ...leakVerdict(points, LIMIT_KB_A_MINUTE) };
}

export async function run({ quick }) {
  const [minutes, warmUp] = quick ? [0.3, 1000] : [5, WARM_UP_STOPS];
  const { launches, slope, low, high, withinLimit } = await soak(minutes, warmUp);
  const row = {
    name: `slope of RSS after collection over ${minutes} minutes, ${launches} launches that time out`,
    unit: 'KB/min',
    value: slope,
    low,
    high,
  };
  // A short run says little about a slope: it is printed, not judged.
  return [quick ? row : { ...row, target: `< ${LIMIT_KB_A_MINUTE}`, pass: withinLimit }];
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      'warm-up': { type: 'string', default: `${WARM_UP_STOPS}` },
    },
  });
  const result = await soak(Number(values.minutes), Number(values['warm-up']));
  console.log(JSON.stringify(result));
  process.exitCode = result.withinLimit ? 0 : 1;
}
