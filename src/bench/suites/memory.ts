import { GarbageCollector } from '../../monitor/index.js';
import { createRuntime } from '../../runtime/create-runtime.js';
import { closeSharedRuntime, run } from '../../runtime/shared-runtime.js';
import { atMost, SOURCES } from '../measurement.js';
import type { Suite } from '../suite.js';

const MB = 1024 ** 2;
const CALLS = [1, 10, 100, 1000];
const LUA = { language: 'lua', code: 'local t = {} for i = 1, 1000 do t[i] = i end return #t' } as const;

export const suite: Suite = {
  title: 'Memory',
  about:
    'Resident memory after collections in all threads: of the shared runtime itself, then of so many calls, and of a runtime for each call.',
  async run(context) {
    using collector = await GarbageCollector.open();
    const rss = async (): Promise<number> => {
      await collector?.collect();
      return process.memoryUsage.rss() / MB;
    };
    const before = await rss();
    await run(LUA);
    let last = await rss();
    context.row({
      id: 'runtime',
      title: 'the shared runtime, with the first call',
      unit: 'MB',
      values: [last - before],
      note: 'threads, compiled engines and spare VMs: paid once a process',
    });
    for (const calls of CALLS) {
      for (let i = 0; i < calls; i += 1) await run(LUA);
      const now = await rss();
      context.row({
        id: `calls-${calls}`,
        title: `${calls} more ${calls === 1 ? 'call' : 'calls'}`,
        unit: 'MB',
        values: [now - last],
        targets: [atMost('max', calls === 100 ? 1.5 : 10 * calls, SOURCES.bridge)],
      });
      last = now;
    }
    await closeSharedRuntime();
    const commands = context.size(20, 2);
    const from = await rss();
    for (let i = 0; i < commands; i += 1) {
      await using runtime = await createRuntime({ threads: 1 });
      await runtime.run(LUA);
    }
    context.row({
      id: 'new-runtimes',
      title: `a runtime for each of ${commands} calls: what each leaves`,
      unit: 'MB',
      values: [((await rss()) - from) / commands],
      targets: [atMost('max', 10, SOURCES.bridge)],
    });
  },
};
