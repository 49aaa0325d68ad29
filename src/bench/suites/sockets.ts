import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRuntime } from '../../runtime/create-runtime.js';
import type { Runtime } from '../../runtime/runtime.js';
import { atLeast, atMost, exactly, SOURCES } from '../measurement.js';
import type { Suite, SuiteContext } from '../suite.js';
import { ECHO_CLIENT } from '../work/echo-client.js';

const BYTES = 64;
const BATCH = 100;
const BATCH_EVERY_MS = 5;
const THREADS = 2;
/** Descriptors of the process that are no client's. */
const OTHER_DESCRIPTORS = 200;
const TIMERS = 20;
const TIMER_MS = 10;
const LIMITS = { timeout: '120s', memory: '16mb' } as const;
const PERMISSIONS = { net: ['127.0.0.1:*'] };

export const suite: Suite = {
  title: 'Sockets and timers',
  about: `Lua scripts, all live at once: clients of an echo server that send ${BYTES} bytes and wait for them, ${BATCH} more every ${BATCH_EVERY_MS} ms; and scripts with ${TIMERS} timers each.`,
  async run(context) {
    const wanted = context.size(10_000, 300);
    const clients = Math.min(wanted, openFiles() - OTHER_DESCRIPTORS);
    const server = fork(new URL('../work/echo-server.js', import.meta.url), [String(BYTES)]);
    try {
      await measureClients(context, clients, wanted, await portOf(server));
    } finally {
      server.disconnect();
    }
    await measureTimers(context);
  },
};

async function measureClients(context: SuiteContext, clients: number, wanted: number, port: number): Promise<void> {
  const runtime = await createRuntime({ threads: THREADS, slots: clients, queue: clients, limits: LIMITS });
  await Promise.all(Array.from({ length: THREADS }, () => runtime.run({ language: 'lua', code: '' })));
  const times: number[] = [];
  let right = 0;
  const client = async (i: number): Promise<void> => {
    const text = `client ${i} `.padEnd(BYTES, '.');
    const { value, usage } = await runtime.start(
      { language: 'lua', code: ECHO_CLIENT },
      { args: [port, text], permissions: PERMISSIONS },
    ).outcome;
    times.push(usage.runMs);
    if (value === text) right += 1;
  };
  const from = performance.now();
  await paced(clients, client);
  const seconds = (performance.now() - from) / 1000;
  const peakMb = process.resourceUsage().maxRSS / 1024;
  await runtime.close();
  const full = !context.quick;
  context.row({
    id: 'answered',
    title: `${clients} clients: answered, and rightly`,
    unit: 'count',
    better: 'higher',
    values: [right],
    targets: [exactly(clients, SOURCES.taskRuntime)],
    ...(clients < wanted
      ? { note: `${wanted} would need a limit of ${wanted + OTHER_DESCRIPTORS} open files (ulimit -n)` }
      : {}),
  });
  context.row({
    id: 'time',
    title: `${clients} clients: from the first to the last answer`,
    unit: 's',
    values: [seconds],
    targets: full ? [atMost('max', 6, SOURCES.taskRuntime), atMost('p50', 3, SOURCES.own)] : [],
  });
  context.row({
    id: 'rate',
    title: `${clients} clients: messages`,
    unit: '/s',
    better: 'higher',
    values: [clients / seconds],
    targets: full ? [atLeast('min', 1666, SOURCES.taskRuntime)] : [],
  });
  context.row({ id: 'client', title: `${clients} clients: a client's time`, unit: 'ms', values: times });
  context.row({
    id: 'rss',
    title: `${clients} clients: peak of resident memory`,
    unit: 'MB',
    values: [peakMb],
    targets: full ? [atMost('max', 700, SOURCES.own)] : [],
  });
}

async function measureTimers(context: SuiteContext): Promise<void> {
  const tasks = context.size(1000, 50);
  const runtime = await createRuntime({ threads: THREADS, slots: tasks, limits: LIMITS });
  let fired = 0;
  const late: number[] = [];
  await Promise.all(
    Array.from({ length: tasks }, async () => {
      const { value, usage } = await startTimers(runtime).outcome;
      fired += Number(value);
      late.push(usage.runMs - TIMERS * TIMER_MS);
    }),
  );
  await runtime.close();
  context.row({
    id: 'timers',
    title: `${tasks} scripts, ${TIMERS} timers of ${TIMER_MS} ms each: timers that fired`,
    unit: 'count',
    better: 'higher',
    values: [fired],
    targets: [exactly(tasks * TIMERS, SOURCES.taskRuntime)],
  });
  context.row({
    id: 'timers-late',
    title: `${tasks} scripts with timers: time beyond the ${TIMERS * TIMER_MS} ms that they wait`,
    unit: 'ms',
    values: late,
    note: `the sum over ${TIMERS} timers one after the other`,
  });
}

function startTimers(runtime: Runtime) {
  const code = `local n = 0 for i = 1, ${TIMERS} do sleep(${TIMER_MS}) n = n + 1 end return n`;
  return runtime.start<number>({ language: 'lua', code });
}

/** Starts a batch every few ms, and waits for all. */
async function paced(count: number, start: (i: number) => Promise<void>): Promise<void> {
  const from = performance.now();
  const all: Promise<void>[] = [];
  for (let i = 0; i < count; i += 1) {
    if (i > 0 && i % BATCH === 0) {
      const due = from + (i / BATCH) * BATCH_EVERY_MS;
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    }
    all.push(start(i));
  }
  await Promise.all(all);
}

async function portOf(server: ChildProcess): Promise<number> {
  const [port] = await Promise.race([
    once(server, 'message'),
    once(server, 'exit').then(([status]) => Promise.reject(new Error(`the echo server ended with ${status}`))),
  ]);
  return port as number;
}

/** How many files this process may have open. */
function openFiles(): number {
  const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}
