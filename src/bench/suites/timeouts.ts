import { GarbageCollector } from '../../monitor/index.js';
import { createRuntime } from '../../runtime/create-runtime.js';
import type { Runtime } from '../../runtime/runtime.js';
import { timeEach } from '../clock.js';
import { atMost, exactly, SOURCES } from '../measurement.js';
import type { Suite, SuiteContext } from '../suite.js';

const MB = 1024 ** 2;
const ENDLESS = { language: 'lua', code: 'while true do end' } as const;
const TIMEOUT_MS = 150;
const AT_ONCE = 10;
const FEW_AT_ONCE = 4;
const FIB = 'local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end return fib(...)';

export const suite: Suite = {
  title: 'Timeouts',
  about:
    'Endless scripts: how late they end at their deadline, how soon after a cancel, what a deadline costs those that end by themselves.',
  async run(context) {
    const runtime = await createRuntime({ threads: 1 });
    await measureCancels(context, runtime);
    await measureCycles(context, runtime);
    await measureCost(context, runtime);
    const { threads } = runtime.stats();
    await runtime.close();
    context.row({
      id: 'threads-started',
      title: 'threads started to replace one',
      unit: 'count',
      values: [threads.started - 1],
      targets: [exactly(0, SOURCES.own)],
    });
    await measureAtOnce(context);
  },
};

async function measureCancels(context: SuiteContext, runtime: Runtime): Promise<void> {
  const settled: number[] = [];
  const next: number[] = [];
  const count = context.size(300, 15);
  for (let i = -3; i < count; i += 1) {
    const started = withResolvers();
    const task = runtime.start(
      { language: 'lua', code: 'print("on") while true do end' },
      { output: () => started.resolve() },
    );
    await started.promise;
    const from = performance.now();
    await task.cancel();
    const ended = performance.now();
    await runtime.run({ language: 'lua', code: 'return 1' });
    if (i < 0) continue;
    settled.push(ended - from);
    next.push(performance.now() - from);
  }
  context.row({
    id: 'cancel',
    title: 'cancel of an endless script to its outcome',
    unit: 'ms',
    values: settled,
    targets: [atMost('p95', 5, SOURCES.subScripts), atMost('max', 500, SOURCES.subScripts)],
    note: 'the VM is closed by then',
  });
  context.row({
    id: 'cancel-next',
    title: 'cancel of an endless script to the next result on that thread',
    unit: 'ms',
    values: next,
    targets: [atMost('p95', 5, SOURCES.own)],
  });
}

async function measureCycles(context: SuiteContext, runtime: Runtime): Promise<void> {
  using collector = await GarbageCollector.open();
  const timeout = context.size(TIMEOUT_MS, 20);
  const cycles = context.size(100, 8);
  const launch = () => runtime.start(ENDLESS, { limits: { timeout } }).outcome;
  for (let i = 0; i < context.size(10, 3); i += 1) await launch();
  await collector?.collect();
  const before = process.memoryUsage.rss();
  const times = await timeEach(cycles, launch);
  const total = times.reduce((sum, ms) => sum + ms, 0) / 1000;
  await collector?.collect();
  const growth = (process.memoryUsage.rss() - before) / MB;
  context.row({
    id: 'late',
    title: 'an endless script: outcome after its deadline',
    unit: 'ms',
    values: times.map((ms) => ms - timeout),
    targets: [atMost('p95', 5, SOURCES.subScripts), atMost('max', 500, SOURCES.subScripts)],
  });
  context.row({
    id: 'cycles',
    title: `${cycles} scripts one after the other that time out at ${timeout} ms`,
    unit: 's',
    values: [total],
    targets: [atMost('max', (cycles * (timeout + 5)) / 1000, SOURCES.own)],
    note: 'the sub-script host states 15 s for 100 of them',
  });
  context.row({
    id: 'cycles-rss',
    title: 'resident memory after those, against before',
    unit: 'MB',
    values: [growth],
    targets: [atMost('max', 2, SOURCES.own)],
  });
}

/** With and without a deadline in turn, so that a drift of the machine favours neither. */
async function measureCost(context: SuiteContext, runtime: Runtime): Promise<void> {
  const n = context.size(27, 18);
  const timed = async (timeout: '30s' | null): Promise<number> => {
    const task = runtime.start({ language: 'lua', code: FIB }, { args: [n], limits: { timeout } });
    return (await task.outcome).usage.cpuMs;
  };
  await timed(null);
  const ratios: number[] = [];
  for (let i = 0; i < context.size(21, 7); i += 1) {
    const first = i % 2 === 0 ? '30s' : null;
    const a = await timed(first);
    const b = await timed(first === null ? '30s' : null);
    ratios.push(first === null ? b / a : a / b);
  }
  context.row({
    id: 'deadline-cost',
    title: `a deadline of 30 s against none: fib(${n})`,
    unit: 'x',
    values: ratios,
    targets: context.quick ? [] : [atMost('p50', 1.01, SOURCES.subScripts)],
    ...(context.quick ? { note: 'too short to judge' } : {}),
  });
}

async function measureAtOnce(context: SuiteContext): Promise<void> {
  const atOnce = context.size(AT_ONCE, FEW_AT_ONCE);
  const runtime = await createRuntime({ threads: atOnce, slots: atOnce });
  const timeout = context.size(TIMEOUT_MS, 50);
  const late: number[] = [];
  let peak = 0;
  for (let round = 0; round < context.size(10, 1); round += 1) {
    const from = performance.now();
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        const { usage } = await runtime.start(ENDLESS, { limits: { timeout } }).outcome;
        late.push(performance.now() - from - timeout - usage.queuedMs);
      }),
    );
    peak = Math.max(peak, process.memoryUsage.rss() / MB);
  }
  await runtime.close();
  context.row({
    id: 'at-once-rss',
    title: `${atOnce} endless scripts at once, each on a thread of its own: peak of resident memory`,
    unit: 'MB',
    values: [peak],
    targets: [atMost('max', 600, SOURCES.subScripts)],
  });
  context.row({
    id: 'at-once-late',
    title: `${atOnce} endless scripts at once: outcome after their deadline`,
    unit: 'ms',
    values: late,
    targets: [atMost('max', 500, SOURCES.subScripts)],
    note: 'they share the cores that there are',
  });
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
