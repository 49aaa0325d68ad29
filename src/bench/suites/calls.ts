import { Worker } from 'node:worker_threads';
import { median } from 'simple-statistics';
import { createRuntime } from '../../runtime/create-runtime.js';
import { callSync, closeSharedRuntime, run, sharedRuntime } from '../../runtime/shared-runtime.js';
import { inMicroseconds, timeEach, timeEachSync } from '../clock.js';
import { atLeast, atMost, SOURCES } from '../measurement.js';
import type { Suite, SuiteContext } from '../suite.js';

const LUA = { language: 'lua', code: 'return 1' } as const;
const TASKS = new URL('../work/tasks.js', import.meta.url);
const ECHO =
  "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (x) => parentPort.postMessage(x))";

export const suite: Suite = {
  title: 'Calls',
  about:
    'One call after the other: through a runtime made for it, one made early, and the shared one that is made on first use.',
  async run(context) {
    const count = context.size(3000, 150);
    const starts: number[] = [];
    for (let i = 0; i < context.size(20, 1); i += 1) {
      starts.push(...timeEachSync(1, sharedRuntime));
      await closeSharedRuntime();
    }
    context.row({
      id: 'lazy-start',
      title: 'shared runtime: first use of it, before any call',
      unit: 'us',
      values: inMicroseconds(starts),
      targets: [atMost('p50', 100, SOURCES.bridge)],
    });
    const fresh = await timeEach(context.size(20, 2), callThroughNew);
    context.row({
      id: 'new-runtime',
      title: 'call through a runtime made and closed for it',
      unit: 'us',
      values: inMicroseconds(fresh),
      targets: [atMost('p50', 10_000, SOURCES.bridge)],
      note: 'starts a thread, and the interrupter with its own; the other figure is 0.8 to 1 ms',
    });
    const eager = await measureEager(context, count);
    const lazy = inMicroseconds(await timeEach(count, () => run(LUA), count / 5));
    context.row({
      id: 'lazy',
      title: 'call through the shared runtime, Lua',
      unit: 'us',
      values: lazy,
      targets: [atMost('p50', 250, SOURCES.bridge), atMost('max', 10_000, SOURCES.bridge)],
    });
    context.row({
      id: 'new-to-lazy',
      title: 'a runtime for each call against the shared one',
      unit: 'x',
      better: 'higher',
      values: [(median(fresh) * 1000) / median(lazy)],
      targets: [atLeast('p50', 50, SOURCES.own)],
    });
    context.row({ id: 'eager', title: 'call through a runtime made early, Lua', unit: 'us', values: eager });
    await measureModules(context, count);
    context.row({
      id: 'sync',
      title: 'synchronous call of a module function',
      unit: 'us',
      values: inMicroseconds(timeEachSync(count, (i) => callSync(TASKS, [i], { export: 'trivial' }), count / 5)),
    });
    await closeSharedRuntime();
  },
};

async function callThroughNew(): Promise<void> {
  const runtime = await createRuntime({ threads: 1 });
  await runtime.run(LUA);
  await runtime.close();
}

async function measureEager(context: SuiteContext, count: number): Promise<number[]> {
  const runtime = await createRuntime({ threads: 1 });
  const times = inMicroseconds(await timeEach(count, () => runtime.run(LUA), count / 5));
  context.row({
    id: 'eager-javascript',
    title: 'call through a runtime made early, JavaScript',
    unit: 'us',
    values: inMicroseconds(
      await timeEach(
        context.size(500, 30),
        () => runtime.run({ language: 'javascript', code: '1' }),
        context.size(20, 5),
      ),
    ),
  });
  await runtime.close();
  return times;
}

const WARM_UP_CALLS = 5000;

/** In turns with what any pool is made from: messages to a thread and back. */
async function measureModules(context: SuiteContext, count: number): Promise<void> {
  const runtime = await createRuntime({ threads: 2 });
  const worker = new Worker(ECHO, { eval: true });
  const raw: number[] = [];
  const module: number[] = [];
  const call = (i: number) => runtime.run({ module: TASKS, export: 'trivial' }, { args: [i] });
  const rounds = 5;
  for (let round = 0; round < rounds; round += 1) {
    // What is measured is what a pool does that has run for a while: V8 has compiled by then what runs often.
    const warmUp = round === 0 ? WARM_UP_CALLS : count / rounds;
    raw.push(...inMicroseconds(await timeEach(count / rounds, (i) => pingPong(worker, i), warmUp)));
    module.push(...inMicroseconds(await timeEach(count / rounds, call, warmUp)));
  }
  await worker.terminate();
  await runtime.close();
  context.row({ id: 'raw', title: 'postMessage to a thread and back', unit: 'us', values: raw });
  context.row({ id: 'module', title: 'call of a module function, two threads', unit: 'us', values: module });
  context.row({
    id: 'module-to-raw',
    title: 'call of a module function against postMessage, p50',
    unit: 'x',
    values: [median(module) / median(raw)],
    targets: [atMost('p50', 1, SOURCES.own)],
  });
}

function pingPong(worker: Worker, value: number): Promise<void> {
  return new Promise((resolve) => {
    worker.once('message', () => resolve());
    worker.postMessage(value);
  });
}
