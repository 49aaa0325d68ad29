// Everything that tasks do, all at once, for minutes: does anything grow? `node bench/mixed-soak.js --minutes 10` by itself.
//
// Lua, JavaScript, TypeScript and functions of modules; scripts that compute, wait, call out, send events, start others, talk TCP, fail, use too much
// memory, and that are cancelled, time out or have to be broken off. A sample is taken every few seconds, when nothing runs and after a collection in every
// thread.
import { parseArgs } from 'node:util';
import { ECHO_CLIENT } from '../dist/bench/work/echo-client.js';
import { createRuntime } from '../dist/index.js';
import { LeakWatch } from '../dist/monitor/index.js';
import { startEchoServer } from './sockets/echo-server.js';

const TASKS = new URL('./workers/tasks.js', import.meta.url);
const ENDLESS = new URL('./workers/endless.js', import.meta.url);
const AT_ONCE = 64;
const SAMPLES = 100;
/** The part of the time after which the watch begins: caches fill, code becomes hot, allocators settle. */
const SETTLED = 0.4;

const lua = (code) => ({ language: 'lua', code });
const javascript = (code) => ({ language: 'javascript', code });
const completed = ({ kind }) => kind === 'completed';
const timedOut = ({ kind }) => kind === 'timed-out';

/** What tasks do: how often in a round, how one is started, and what has to become of it. */
function traffic(runtime, port) {
  const net = { permissions: { net: ['127.0.0.1:*'] } };
  const soon = { limits: { timeout: 5 } };
  const functions = { add: (a, b) => a + b, later: (value) => new Promise((resolve) => setImmediate(resolve, value)) };
  const parent = {
    functions: {
      async child() {
        return (await this.start(lua('return 7')).outcome).value;
      },
    },
  };
  const cancelled = () => {
    const task = runtime.start(lua('while true do end'));
    setImmediate(() => task.cancel());
    return task;
  };
  return [
    [200, () => runtime.start(lua('local n = ... return n * 2'), { args: [21] }), ({ value }) => value === 42],
    [150, () => runtime.start(javascript('args[0] * 2'), { args: [21] }), ({ value }) => value === 42],
    [400, () => runtime.start({ module: TASKS, export: 'trivial' }, { args: [41] }), ({ value }) => value === 42],
    [
      5,
      () => runtime.start({ language: 'typescript', code: 'const n: number = 42; export default n' }),
      ({ value }) => value === 42,
    ],
    [5, () => runtime.start(lua('local s = 0 for i = 1, 1e5 do s = s + i end return s')), completed],
    [
      8,
      () => runtime.start(lua('return functions.later(functions.add(20, 22))'), { functions }),
      ({ value }) => value === 42,
    ],
    [5, () => runtime.start(javascript('await functions.later(42)'), { functions }), completed],
    [
      3,
      () => runtime.start(lua('for i = 1, 50 do events.tick(i) end'), { events: { tick: () => undefined } }),
      completed,
    ],
    [5, () => runtime.start(lua('sleep(3) return 1'), { permissions: { time: true } }), completed],
    [
      3,
      () => runtime.start(lua(ECHO_CLIENT), { ...net, args: [port, 'x'.repeat(64)] }),
      ({ value }) => value === 'x'.repeat(64),
    ],
    [2, () => runtime.start(lua('return functions.child()'), parent), ({ value }) => value === 7],
    [2, () => runtime.start(lua('error({ code = 1 })')), ({ kind }) => kind === 'failed'],
    [1, () => runtime.start(javascript('throw new TypeError("no")')), ({ kind }) => kind === 'failed'],
    [
      1,
      () => runtime.start(lua('local t = {} for i = 1, 1e9 do t[i] = i end'), { limits: { memory: '1mb' } }),
      ({ kind }) => kind === 'out-of-memory',
    ],
    [2, cancelled, ({ kind }) => kind === 'cancelled'],
    [1, () => runtime.start(lua('while true do end'), soon), timedOut],
    [1, () => runtime.start(javascript('for (;;);'), soon), timedOut],
    [1, () => runtime.start({ module: ENDLESS }, { ...soon, args: [{ flag: new SharedArrayBuffer(4) }] }), timedOut],
  ];
}

/** @param minutes in all, of which the watch is a part */
async function soak(minutes) {
  const server = await startEchoServer();
  const runtime = await createRuntime({ threads: 2 });
  const weighted = traffic(runtime, server.port).flatMap(([weight, ...kind]) => Array(weight).fill(kind));
  const live = () => Object.values(runtime.stats().engines).reduce((sum, engine) => sum + engine.live, 0);
  const watch = await LeakWatch.open({ counters: { vms: live } });
  const from = performance.now();
  const elapsed = () => (performance.now() - from) / 60_000;
  let tasks = 0;
  let next = SETTLED * minutes;
  const wrong = [];
  const work = async (until) => {
    while (elapsed() < until) {
      const [start, isRight] = weighted[tasks % weighted.length];
      tasks += 1;
      const outcome = await start().outcome;
      if (!isRight(outcome)) wrong.push(outcome);
    }
  };
  for (;;) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => work(Math.min(next, minutes))));
    await runtime.drain();
    if (elapsed() >= minutes) break;
    await watch.sample(elapsed());
    next += ((1 - SETTLED) * minutes) / SAMPLES;
  }
  watch.close();
  const { threads, rungs } = runtime.stats();
  await runtime.close();
  await server.close();
  return { tasks, wrong, threads, rungs, verdict: watch.verdict() };
}

export async function run({ quick }) {
  const minutes = quick ? 0.5 : 10;
  const { tasks, wrong, threads, verdict } = await soak(minutes);
  return [
    { name: `tasks in ${minutes} minutes`, unit: 'tasks', value: tasks },
    {
      name: 'outcomes that are not what they have to be',
      unit: 'tasks',
      value: wrong.length,
      target: '0',
      pass: wrong.length === 0,
    },
    { name: 'threads started', unit: 'threads', value: threads.started, target: '2', pass: threads.started === 2 },
    ...Object.entries(verdict.series).map(([name, { value, leaks, unit }]) => ({
      name: `growth: ${name}`,
      unit: `${unit}/min`,
      value,
      target: 'none',
      pass: !leaks,
    })),
  ];
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
  const { tasks, wrong, threads, rungs, verdict } = await soak(Number(values.minutes));
  const series = Object.fromEntries(
    Object.entries(verdict.series).map(([name, { points, ...rest }]) => [
      name,
      { first: points[0], last: points.at(-1), ...rest },
    ]),
  );
  console.log(
    JSON.stringify(
      { tasks, wrong: wrong.length, firstWrong: wrong[0], threads, rungs, leaking: verdict.leaking, series },
      null,
      1,
    ),
  );
  process.exitCode = verdict.leaks || wrong.length > 0 ? 1 : 0;
}
