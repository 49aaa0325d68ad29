// From the cancel of an endless program to its settled promise, and to the next task's result on that slot.
import Piscina from 'piscina';
import { Tinypool } from 'tinypool';
import workerpool from 'workerpool';
import { createRuntime } from '../dist/index.js';
import { versionOf } from './lib/machine.js';
import { summary } from './lib/statistics.js';

const file = new URL('./workers/endless.js', import.meta.url).href;

/** Starts `start(flag)`, waits until it runs, cancels it, runs the next: two times in ms. */
async function once(start, next) {
  const flag = new SharedArrayBuffer(4);
  const { cancel, settled } = start(flag);
  const words = new Int32Array(flag);
  while (Atomics.load(words, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
  const from = performance.now();
  cancel();
  await settled;
  const ended = performance.now();
  await next();
  return [ended - from, performance.now() - from];
}

async function sample(rounds, start, next) {
  await next();
  const settled = [];
  const reuse = [];
  for (let i = 0; i < rounds + 3; i += 1) {
    const [a, b] = await once(start, next);
    if (i < 3) continue;
    settled.push(a);
    reuse.push(b);
  }
  return { settled: summary(settled), next: summary(reuse) };
}

async function stint(rounds, language, loop, quick) {
  const runtime = await createRuntime({ threads: 1 });
  const result = await sample(
    rounds,
    (flag) => {
      const words = new Int32Array(flag);
      const task = runtime.start(
        { language, code: loop },
        {
          output() {
            Atomics.store(words, 0, 1);
          },
        },
      );
      return { cancel: () => task.cancel(), settled: task.outcome };
    },
    () => runtime.run({ language, code: quick }),
  );
  const { threads } = runtime.stats();
  await runtime.close();
  return { ...result, threadsStarted: threads.started };
}

/** A function of a module that ignores its signal. */
async function stintModule(rounds) {
  // It is broken off after the grace: with none, at once.
  const runtime = await createRuntime({ threads: 1, grace: 0 });
  const module = new URL('./workers/endless.js', import.meta.url);
  const result = await sample(
    rounds,
    (flag) => {
      const task = runtime.start({ module }, { args: [{ flag }] });
      return { cancel: () => task.cancel(), settled: task.outcome };
    },
    () => runtime.run({ module }, { args: [{ quick: true }] }),
  );
  const { threads } = runtime.stats();
  await runtime.close();
  return { ...result, threadsStarted: threads.started };
}

async function piscinaLike(Pool, rounds) {
  const pool = new Pool({ filename: file, minThreads: 1, maxThreads: 1 });
  const result = await sample(
    rounds,
    (flag) => {
      const controller = new AbortController();
      const settled = pool.run({ flag }, { signal: controller.signal }).catch(() => undefined);
      return { cancel: () => controller.abort(), settled };
    },
    () => pool.run({ quick: true }),
  );
  await pool.destroy();
  return result;
}

async function workerPool(rounds) {
  const script = new URL('./workers/workerpool.js', import.meta.url).pathname;
  const pool = workerpool.pool(script, { maxWorkers: 1, workerType: 'thread', workerTerminateTimeout: 0 });
  const result = await sample(
    rounds,
    (flag) => {
      const promise = pool.exec('endless', [{ flag }]);
      return { cancel: () => promise.cancel(), settled: promise.catch(() => undefined) };
    },
    () => pool.exec('endless', [{ quick: true }]),
  );
  await pool.terminate(true);
  return result;
}

export async function run({ quick }) {
  const [ours, theirs] = quick ? [50, 15] : [300, 60];
  const rows = {
    'stint, Lua': await stint(ours, 'lua', 'print("on") while true do end', 'return 42'),
    'stint, JavaScript': await stint(ours, 'javascript', 'console.log("on"); while (true);', '42'),
    'stint, a module': await stintModule(ours),
    [`piscina ${versionOf('piscina')}`]: await piscinaLike(Piscina, theirs),
    [`tinypool ${versionOf('tinypool')}`]: await piscinaLike(Tinypool, theirs),
    [`workerpool ${versionOf('workerpool')}`]: await workerPool(theirs),
  };
  const best = Math.min(
    ...Object.entries(rows)
      .filter(([name]) => !name.startsWith('stint'))
      .map(([, row]) => row.next.p50),
  );
  const results = Object.entries(rows).flatMap(([name, row]) => [
    { name: `${name}: cancel to settled`, unit: 'ms', ...row.settled },
    { name: `${name}: cancel to next task`, unit: 'ms', ...row.next },
  ]);
  for (const language of ['Lua', 'JavaScript', 'a module']) {
    const { next, threadsStarted } = rows[`stint, ${language}`];
    results.push(
      {
        name: `best rival / stint, ${language}: cancel to next task, p50`,
        unit: 'x',
        value: best / next.p50,
        target: '>= 20',
        pass: best / next.p50 >= 20,
      },
      {
        name: `stint, ${language}: cancel to next task, p95`,
        unit: 'ms',
        value: next.p95,
        target: '< 5',
        pass: next.p95 < 5,
      },
      {
        name: `stint, ${language}: threads started`,
        unit: '',
        value: threadsStarted,
        target: '= 1',
        pass: threadsStarted === 1,
      },
    );
  }
  return results;
}
