import { availableParallelism } from 'node:os';
import { median } from 'simple-statistics';
import { createRuntime } from '../../runtime/create-runtime.js';
import { atLeast, SOURCES } from '../measurement.js';
import type { Suite } from '../suite.js';

/** Operations per second that the other suite states for so many threads. */
const THEIRS = new Map([
  [1, 500],
  [2, 900],
  [4, 1600],
  [8, 1700],
]);
/** About half a millisecond of work. */
const WORK = { language: 'lua', code: 'local sum = 0 for i = 1, 40000 do sum = sum + i % 7 end return sum' } as const;
const IN_FLIGHT_PER_THREAD = 4;

export const suite: Suite = {
  title: 'Threads',
  about: 'Scripts of about half a millisecond, always four on their way for each thread, once the runtime runs steadily.',
  async run(context) {
    let single = 0;
    for (const [threads, theirs] of THEIRS) {
      const rates = await steadyRates(threads, context.size(10, 3), context.size(300, 60));
      if (threads === 1) single = median(rates);
      context.row({
        id: `rate-${threads}`,
        title: `${threads} ${threads === 1 ? 'thread' : 'threads'}: scripts`,
        unit: '/s',
        better: 'higher',
        values: rates,
        targets: [atLeast('p50', theirs, SOURCES.bridge)],
      });
      const useful = Math.min(threads, availableParallelism());
      context.row({
        id: `efficiency-${threads}`,
        title: `${threads} ${threads === 1 ? 'thread' : 'threads'}: efficiency on ${useful} ${useful === 1 ? 'core' : 'cores'}`,
        unit: 'x',
        better: 'higher',
        values: [median(rates) / (single * useful)],
        note: 'against one thread, times the cores that there are for them',
      });
    }
  },
};

/** Scripts per second in each of so many windows. */
async function steadyRates(threads: number, windows: number, windowMs: number): Promise<number[]> {
  const runtime = await createRuntime({ threads, slots: threads * IN_FLIGHT_PER_THREAD });
  const warm = performance.now() + windowMs;
  let done = 0;
  let going = true;
  const feeders = Array.from({ length: threads * IN_FLIGHT_PER_THREAD }, async () => {
    while (going) {
      await runtime.run(WORK);
      done += 1;
    }
  });
  const rates: number[] = [];
  await reached(warm);
  for (let i = 0; i < windows; i += 1) {
    const from = performance.now();
    const before = done;
    await reached(from + windowMs);
    rates.push((done - before) / ((performance.now() - from) / 1000));
  }
  going = false;
  await Promise.all(feeders);
  await runtime.close();
  return rates;
}

/** Settles at a moment of `performance.now()`. */
function reached(at: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, at - performance.now()));
}
