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
  about:
    'Scripts of about half a millisecond, always four on their way for each thread, once the runtime runs steadily.',
  async run(context) {
    let single = 0;
    for (const [threads, theirs] of THEIRS) {
      const rates = await steadyRates(threads, context.size(10, 2), context.size(500, 40));
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

/** Scripts per second over each so many of them, after as many that are not counted: all threads run by then. */
async function steadyRates(threads: number, windows: number, scripts: number): Promise<number[]> {
  const inFlight = threads * IN_FLIGHT_PER_THREAD;
  const runtime = await createRuntime({ threads, slots: inFlight });
  await Promise.all(Array.from({ length: inFlight }, () => runtime.run(WORK)));
  const ends: number[] = [];
  let done = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (ends.length <= windows) {
        await runtime.run(WORK);
        done += 1;
        if (done % scripts === 0) ends.push(performance.now());
      }
    }),
  );
  await runtime.close();
  return Array.from({ length: windows }, (_, i) => scripts / (((ends[i + 1] as number) - (ends[i] as number)) / 1000));
}
