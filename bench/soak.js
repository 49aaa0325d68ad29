// One launch every 100 ms that times out: does memory grow? `node bench/soak.js --minutes 10` by itself.
//
// RSS also has garbage that V8 has not collected yet (at this rate it waits for minutes, and tens of megabytes) and pages that an allocator
// keeps. So each sample is taken after a collection in every thread, and the clock starts when compiled code and allocators have settled: after
// 30,000 stops as fast as they come, and four minutes of the pace that is measured.
//
// RSS of a process of Node rises by itself, too: pages of its program are read in, timers and collections take their share. So a second process does the
// same beside it, warm-up included, but stops nothing in the minutes that are measured.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createRuntime } from '../dist/index.js';
import { GarbageCollector, slopeOf } from '../dist/monitor/index.js';

const LIMIT_KB_A_MINUTE = 10;
const WARM_UP_STOPS = 30_000;
/** One a minute: a collection costs about a kilobyte itself. */
const LAUNCHES_A_SAMPLE = 600;
/** What runs ten times a second becomes hot, and is compiled, minutes later than what runs without a pause. */
const SETTLE_MINUTES = 4;
const ENDLESS = { language: 'lua', code: 'while true do end' };

/** @param minutes of measuring @param warmUp stops before that @param settle minutes between the two @param idle whether nothing is launched after the warm-up */
async function soak(minutes, warmUp, settle, idle) {
  const collector = await GarbageCollector.open();
  const runtime = await createRuntime({ threads: 1 });
  for (let i = 0; i < warmUp; i += 1) await runtime.start(ENDLESS, { limits: { timeout: 1 } }).outcome;
  const points = [];
  const from = performance.now() + settle * 60_000;
  const elapsed = () => (performance.now() - from) / 60_000;
  let launches = 0;
  while (elapsed() < minutes) {
    const next = performance.now() + 100;
    if (!idle) await runtime.start(ENDLESS, { limits: { timeout: 50 } }).outcome;
    launches += 1;
    if (launches % LAUNCHES_A_SAMPLE === 0) {
      await collector.collect();
      if (elapsed() >= 0) points.push([elapsed(), process.memoryUsage.rss() / 1024]);
    }
    await new Promise((resolve) => setTimeout(resolve, next - performance.now()));
  }
  await runtime.close();
  collector.close();
  const { value, low, high } = slopeOf(points);
  return { launches, slope: value, low, high, withinLimit: value <= LIMIT_KB_A_MINUTE };
}

/** The same, and beside it in a process that stays idle. */
async function soakBesideIdle(minutes, warmUp, settle) {
  const args = ['--idle', '--minutes', minutes, '--warm-up', warmUp, '--settle', settle].map(String);
  const child = fork(new URL(import.meta.url), args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [result, [idle]] = await Promise.all([soak(minutes, warmUp, settle, false), once(child, 'message')]);
  return {
    ...result,
    idle: { slope: idle.slope, low: idle.low, high: idle.high },
    beyondIdle: result.slope - idle.slope,
  };
}

export async function run({ quick }) {
  const [minutes, warmUp, settle] = quick ? [0.5, 1000, 0] : [10, WARM_UP_STOPS, SETTLE_MINUTES];
  const { launches, slope, low, high, withinLimit, beyondIdle } = await soakBesideIdle(minutes, warmUp, settle);
  const beyond = { name: 'beyond that of an idle process beside it', unit: 'KB/min', value: beyondIdle };
  const row = {
    name: `slope of RSS after collection over ${minutes} minutes, ${launches} launches that time out`,
    unit: 'KB/min',
    value: slope,
    low,
    high,
  };
  // A short run says little about a slope: it is printed, not judged.
  if (quick) return [row, beyond];
  const target = `< ${LIMIT_KB_A_MINUTE}`;
  return [
    { ...row, target, pass: withinLimit },
    { ...beyond, target, pass: beyondIdle < LIMIT_KB_A_MINUTE },
  ];
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      'warm-up': { type: 'string', default: `${WARM_UP_STOPS}` },
      settle: { type: 'string', default: `${SETTLE_MINUTES}` },
      idle: { type: 'boolean', default: false },
    },
  });
  const lengths = [values.minutes, values['warm-up'], values.settle].map(Number);
  const result = values.idle ? await soak(...lengths, true) : await soakBesideIdle(...lengths);
  console.log(JSON.stringify(result));
  process.send?.(result);
  process.exitCode = result.withinLimit ? 0 : 1;
}
