import { GarbageCollector, measuresOf, sample, slopeOf } from '../../monitor/index.js';
import { createRuntime } from '../../runtime/create-runtime.js';
import { atMost, exactly, SOURCES } from '../measurement.js';
import type { Suite } from '../suite.js';

const MB = 1024 ** 2;
const LUA = { language: 'lua', code: 'return 1' } as const;

export const suite: Suite = {
  title: 'Restarts',
  about: 'A runtime is made, used and closed, again and again: how long that takes, and what is left.',
  async run(context) {
    using collector = await GarbageCollector.open();
    const cycles = context.size(50, 3);
    const init: number[] = [];
    const teardown: number[] = [];
    const rss: [number, number][] = [];
    // What is made once and kept (libuv's threads, compiled engines) is there after the first ones.
    for (let i = 0; i < context.size(3, 1); i += 1) await cycle([], []);
    await collector?.collect();
    const before = measuresOf(sample());
    for (let i = 0; i < cycles; i += 1) {
      await cycle(init, teardown);
      await collector?.collect();
      rss.push([i, process.memoryUsage.rss()]);
    }
    const after = measuresOf(sample());
    context.row({
      id: 'init',
      title: 'createRuntime() with two threads to the first result',
      unit: 'ms',
      values: init,
      targets: [atMost('max', 1500, SOURCES.restarts)],
      note: 'the other figures: mean 11.6, max 19.5 ms, for worker processes of Python that are forked',
    });
    context.row({
      id: 'teardown',
      title: 'close() of a runtime with two threads',
      unit: 'ms',
      values: teardown,
      targets: [atMost('max', 500, SOURCES.restarts)],
      note: 'the other figures: mean 7.3, max 38.6 ms',
    });
    for (const name of ['descriptors', 'threads', 'segments', 'zombies'] as const) {
      const [from, to] = [before[name], after[name]];
      if (from === undefined || to === undefined) continue;
      context.row({
        id: name,
        title: `${name} after ${cycles} cycles, against before`,
        unit: 'count',
        values: [to - from],
        targets: [exactly(0, SOURCES.own)],
      });
    }
    const first = rss[0]?.[1] ?? 1;
    const last = rss.at(-1)?.[1] ?? 1;
    context.row({
      id: 'rss',
      title: `resident memory after ${cycles} cycles, against the first`,
      unit: 'x',
      values: [last / first],
      targets: [atMost('max', 1.1, SOURCES.restarts)],
    });
    const slope = slopeOf(rss);
    context.row({
      id: 'rss-slope',
      title: 'resident memory: slope for each cycle',
      unit: 'KB',
      values: [slope.value / 1024],
      note: `95 %: ${(slope.low / 1024).toFixed(1)} to ${(slope.high / 1024).toFixed(1)} KB, of ${Math.round(first / MB)} MB`,
    });
  },
};

async function cycle(init: number[], teardown: number[]): Promise<void> {
  const from = performance.now();
  const runtime = await createRuntime({ threads: 2 });
  await runtime.run(LUA);
  const ready = performance.now();
  await runtime.close();
  init.push(ready - from);
  teardown.push(performance.now() - ready);
}
