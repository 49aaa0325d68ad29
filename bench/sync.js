// Synchronous calls: stint beside what its users would pick instead, and what a new runtime for each call would cost.
import makeSynchronous from 'make-synchronous';
import { createSyncFn } from 'synckit';
import { callSync, closeSharedRuntime, createRuntime } from '../dist/index.js';
import { versionOf } from './lib/machine.js';
import { median, summary } from './lib/statistics.js';

const TASKS = new URL('./workers/tasks.js', import.meta.url);

/** Microseconds for each of so many calls. */
function sample(call, calls) {
  const times = [];
  for (let i = 0; i < calls; i += 1) {
    const from = performance.now();
    if (call(i) !== i + 1) throw new Error('a wrong answer');
    times.push((performance.now() - from) * 1000);
  }
  return times;
}

export async function run({ quick }) {
  const [rounds, calls, slowCalls] = quick ? [2, 1000, 3] : [7, 4000, 10];
  const synckit = `synckit ${versionOf('synckit')}`;
  const makeSync = `make-synchronous ${versionOf('make-synchronous')}`;
  const kit = createSyncFn(new URL('./workers/synckit.js', import.meta.url).pathname);
  const made = makeSynchronous(async (x) => x + 1);
  const contenders = {
    stint: { call: (i) => callSync(TASKS, [i], { export: 'trivial' }), calls },
    [synckit]: { call: kit, calls },
    // It starts a thread for each call.
    [makeSync]: { call: made, calls: slowCalls },
  };
  const samples = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, { call, calls: count }] of Object.entries(contenders)) {
      sample(call, Math.ceil(count / 4));
      samples[name] ??= [];
      samples[name].push(...sample(call, count));
    }
  }
  await closeSharedRuntime();
  const p50 = (name) => median(samples[name]);
  const fresh = await newRuntimeForEachCall(slowCalls);
  const ratio = (name, value, target, pass) => ({ name, unit: 'x', value, ...(quick ? {} : { target, pass }) });
  return [
    ...Object.entries(samples).map(([name, times]) => ({
      name: `synchronous call: ${name}`,
      unit: 'us',
      ...summary(times),
    })),
    ratio(
      'synchronous call, p50: stint to synckit',
      p50('stint') / p50(synckit),
      '<= 0.5',
      p50('stint') <= p50(synckit) / 2,
    ),
    { name: 'a call by a runtime of its own', unit: 'us', ...summary(fresh) },
    ratio(
      'a runtime for each call to the shared one, p50',
      median(fresh) / p50('stint'),
      '>= 50',
      median(fresh) >= 50 * p50('stint'),
    ),
  ];
}

async function newRuntimeForEachCall(calls) {
  const times = [];
  for (let i = 0; i < calls; i += 1) {
    const from = performance.now();
    const runtime = await createRuntime({ threads: 1 });
    await runtime.run({ module: TASKS, export: 'trivial' }, { args: [i] });
    await runtime.close();
    times.push((performance.now() - from) * 1000);
  }
  return times;
}
