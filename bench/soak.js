// One launch every 100 ms that times out: does memory grow? `node bench/soak.js --minutes 10` by itself.
//
// RSS also shows how V8 sizes its heaps: young generations grow until they have their full size, which at this rate takes minutes. So
// the host's own is of fixed size here (those of stint's threads are bounded by stint), and the clock starts after a warm-up.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRuntime } from '../dist/index.js';
import { leakVerdict } from './lib/leak-verdict.js';

const LIMIT_KB_A_MINUTE = 10;
const FIXED_HEAP = '--max-semi-space-size=1';
const WARM_UP_MINUTES = 3;
const ENDLESS = { language: 'lua', code: 'while true do end' };

/** @param minutes of measuring @param warmUp minutes before that */
async function soak(minutes, warmUp) {
  const runtime = await createRuntime({ threads: 1 });
  const points = [];
  const from = performance.now();
  const elapsed = () => (performance.now() - from) / 60_000;
  let launches = 0;
  while (elapsed() < warmUp + minutes) {
    const next = performance.now() + 100;
    await runtime.start(ENDLESS, { limits: { timeout: 50 } }).outcome;
    launches += 1;
    if (launches % 10 === 0 && elapsed() > warmUp) points.push([elapsed(), process.memoryUsage.rss() / 1024]);
    await new Promise((resolve) => setTimeout(resolve, next - performance.now()));
  }
  await runtime.close();
  return { launches, ...leakVerdict(points, LIMIT_KB_A_MINUTE) };
}

export async function run({ quick }) {
  const [minutes, warmUp] = quick ? [0.3, 0.1] : [3, WARM_UP_MINUTES];
  const { launches, slope, low, high, withinLimit } = await inFreshProcess(minutes, warmUp);
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

async function inFreshProcess(minutes, warmUp) {
  const args = [FIXED_HEAP, fileURLToPath(import.meta.url), '--minutes', `${minutes}`, '--warm-up', `${warmUp}`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const text = child.stdout.setEncoding('utf8').reduce((all, chunk) => all + chunk, '');
  await once(child, 'close');
  return JSON.parse(await text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      'warm-up': { type: 'string', default: `${WARM_UP_MINUTES}` },
    },
  });
  const [minutes, warmUp] = [Number(values.minutes), Number(values['warm-up'])];
  const isFixed = process.execArgv.includes(FIXED_HEAP);
  const result = isFixed ? await soak(minutes, warmUp) : await inFreshProcess(minutes, warmUp);
  console.log(JSON.stringify(result));
  process.exitCode = result.withinLimit ? 0 : 1;
}
