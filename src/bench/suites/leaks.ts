import { type LeakVerdict, watchLeaks } from '../../monitor/index.js';
import { createRuntime } from '../../runtime/create-runtime.js';
import type { Runtime } from '../../runtime/runtime.js';
import { exactly, SOURCES } from '../measurement.js';
import type { Suite, SuiteContext } from '../suite.js';

const KB = 1024;
const ENDLESS = { language: 'lua', code: 'while true do end' } as const;
const PLANTED_BYTES = 512 * KB;

export const suite: Suite = {
  title: 'Leaks',
  about:
    'Work that is done again and again: whether memory, descriptors, threads, VMs, timers or listeners grow with it, and whether a planted leak is found.',
  async run(context) {
    const runtime = await createRuntime({ threads: 1 });
    const liveVms = (): number => Object.values(runtime.stats().engines).reduce((sum, { live }) => sum + live, 0);
    const watch = (work: () => Promise<unknown>): ReturnType<typeof watchLeaks> =>
      watchLeaks(work, { cycles: context.size(100, 8), warmup: context.size(100, 20), counters: { vms: liveVms } });
    const batch = context.size(10, 3);
    const works = {
      calls: () => runtime.run({ language: 'lua', code: 'return 1' }),
      cancels: () => cancelled(runtime),
      timeouts: () => runtime.start(ENDLESS, { limits: { timeout: 1 } }).outcome,
    };
    for (const [name, work] of Object.entries(works)) {
      const verdict = await watch(async () => {
        for (let i = 0; i < batch; i += 1) await work();
      });
      tell(context, name, verdict, batch);
    }
    const { threads } = runtime.stats();
    context.row({
      id: 'threads-started',
      title: 'threads started by all that',
      unit: 'count',
      values: [threads.started - 1],
      targets: [exactly(0, SOURCES.own)],
    });
    await runtime.close();
    const kept: Buffer[] = [];
    const planted = await watchLeaks(() => kept.push(Buffer.alloc(PLANTED_BYTES, 1)), {
      cycles: context.size(20, 8),
      warmup: 2,
    });
    context.row({
      id: 'planted',
      title: 'a planted leak of 512 KB a cycle: found',
      unit: 'count',
      better: 'higher',
      values: [planted.leaking.includes('external') ? 1 : 0],
      targets: [exactly(1, SOURCES.own)],
    });
  },
};

async function cancelled(runtime: Runtime): Promise<void> {
  const task = runtime.start(ENDLESS);
  await task.cancel();
}

function tell(context: SuiteContext, name: string, { leaking, series }: LeakVerdict, batch: number): void {
  context.row({
    id: `${name}-leaking`,
    title: `${name}: measures that grow`,
    unit: 'count',
    values: [leaking.length],
    targets: [exactly(0, SOURCES.own)],
    note: leaking.length === 0 ? `of ${Object.keys(series).join(', ')}` : leaking.join(', '),
  });
  const rss = series['rss'];
  if (rss === undefined) return;
  context.row({
    id: `${name}-rss`,
    title: `${name}: slope of resident memory for each`,
    unit: 'bytes',
    values: [rss.value / batch],
    note: `95 %: ${Math.round(rss.low / batch)} to ${Math.round(rss.high / batch)} bytes`,
  });
}
