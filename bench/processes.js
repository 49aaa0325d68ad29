// Child processes: a round trip beside child_process.fork, a large payload there and back, and what the loss of a child costs.
import { fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { createRuntime } from '../dist/index.js';
import { median, summary } from './lib/statistics.js';

const TASKS = new URL('./workers/tasks.js', import.meta.url);
const CHILD = new URL('./workers/child.js', import.meta.url);
const SMALL = 1024;
const LARGE = 64 * 1024 ** 2;
/** V8 compiles what is called often, on both sides; and while a runtime is new it starts a spare child. */
const WARM_UP = 5000;
/** Three times what a child takes to boot and to rehearse. */
const SPARE_READY_MS = 500;

/** Milliseconds of one round trip with so many bytes, which have to be the same when they are back. */
async function roundTrip(send, bytes) {
  bytes[bytes.length - 1] = 0;
  bytes[0] = (bytes[0] + 1) % 256;
  const from = performance.now();
  const back = await send(bytes);
  const ms = performance.now() - from;
  if (back.length !== bytes.length || back[0] !== bytes[0]) throw new Error('a wrong answer');
  return ms;
}

export async function run({ quick }) {
  const [rounds, small, large, losses] = quick ? [2, 100, 2, 3] : [5, 500, 4, 20];
  const child = fork(CHILD, { serialization: 'advanced' });
  const runtime = await createRuntime({ threads: 1, isolation: 'process' });
  const contenders = {
    stint: (bytes) => runtime.run({ module: TASKS, export: 'echo' }, { args: [bytes] }),
    'child_process.fork': async (bytes) => {
      const answer = once(child, 'message');
      child.send(bytes);
      return (await answer)[0];
    },
  };
  const samples = { [SMALL]: {}, [LARGE]: {} };
  // One size after the other: what 64 MB leave to be collected is not to be paid by 1 KB.
  for (const [size, count, warmUp] of [
    [SMALL, small, quick ? 100 : WARM_UP],
    [LARGE, large, 1],
  ]) {
    const bytes = new Uint8Array(size).fill(7);
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, send] of Object.entries(contenders)) {
        for (let i = 0; i < (round === 0 ? warmUp : 1); i += 1) await roundTrip(send, bytes);
        samples[size][name] ??= [];
        for (let i = 0; i < count; i += 1) samples[size][name].push(await roundTrip(send, bytes));
      }
    }
  }
  child.disconnect();
  await runtime.close();
  const ratio = (size) => median(samples[size]['child_process.fork']) / median(samples[size].stint);
  const judged = (name, unit, value, target, pass) => ({ name, unit, value, ...(quick ? {} : { target, pass }) });
  const { detected, replaced, back } = await lose(losses, SPARE_READY_MS);
  const inARow = await lose(losses, 0);
  const exits = await loseForked(losses);
  return [
    ...Object.entries(samples).flatMap(([size, times]) =>
      Object.entries(times).map(([name, ms]) => ({
        name: `${Number(size) === SMALL ? '1 KB' : '64 MB'} there and back: ${name}`,
        unit: 'ms',
        ...summary(ms),
      })),
    ),
    judged('1 KB, p50: fork to stint', 'x', ratio(SMALL), '>= 1', ratio(SMALL) >= 1),
    judged('64 MB, p50: fork to stint', 'x', ratio(LARGE), '>= 20', ratio(LARGE) >= 20),
    {
      name: 'a killed child is noticed, its successor being ready',
      unit: 'ms',
      ...summary(detected),
      target: 'p95 < 10',
      pass: p95(detected) < 10,
    },
    { name: 'a killed child of child_process.fork is noticed', unit: 'ms', ...summary(exits) },
    {
      name: 'from the notice to the first result of a successor that is ready',
      unit: 'ms',
      ...summary(replaced),
      target: 'p95 < 10',
      pass: p95(replaced) < 10,
    },
    {
      name: 'from the kill to the next result, its successor being ready',
      unit: 'ms',
      ...summary(back),
      target: 'p95 < 500',
      pass: p95(back) < 500,
    },
    { name: 'a killed child is noticed, one after the other', unit: 'ms', ...summary(inARow.detected) },
    {
      name: 'from the kill to the next result, one after the other',
      unit: 'ms',
      ...summary(inARow.back),
      target: 'p95 < 500',
      pass: p95(inARow.back) < 500,
    },
  ];
}

function p95(times) {
  return summary(times).p95;
}

/** What the system takes to tell of the end of a process of Node's. */
async function loseForked(times) {
  const detected = [];
  for (let i = 0; i < times; i += 1) {
    const child = fork(CHILD, { serialization: 'advanced' });
    const answer = once(child, 'message');
    child.send('there?');
    await answer;
    const exit = once(child, 'exit');
    const from = performance.now();
    child.kill('SIGKILL');
    await exit;
    detected.push(performance.now() - from);
  }
  return detected;
}

/**
 * Kills the child of a runtime that runs a task, again and again.
 *
 * @param pauseMs how long the next child has to become ready: without a pause it is still booting when it is needed
 */
async function lose(times, pauseMs) {
  const runtime = await createRuntime({ threads: 1, isolation: 'process' });
  const detected = [];
  const replaced = [];
  const back = [];
  for (let i = 0; i < times; i += 1) {
    const pid = await runtime.run({ module: TASKS, export: 'pid' });
    await setTimeout(pauseMs);
    const began = new EventEmitter();
    const functions = { began: () => void began.emit('began') };
    const task = runtime.start({ module: TASKS, export: 'waits' }, { functions });
    await once(began, 'began');
    const from = performance.now();
    process.kill(pid, 'SIGKILL');
    const { kind } = await task.outcome;
    if (kind !== 'lost') throw new Error(`the task was ${kind}`);
    detected.push(performance.now() - from);
    await runtime.run({ language: 'lua', code: 'return 1' });
    back.push(performance.now() - from);
    replaced.push(back.at(-1) - detected.at(-1));
  }
  await runtime.close();
  return { detected, replaced, back };
}
