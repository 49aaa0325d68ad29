import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createRuntime } from '../../runtime/create-runtime.js';
import { atMost, exactly, SOURCES } from '../measurement.js';
import type { Suite, SuiteContext } from '../suite.js';

const SCRIPTS = 16;
const FEW_SCRIPTS = 4;
const FRAME_MS = 1000 / 60;
const TIMEOUT_MS = 150;
const SOURCES_OF_LOAD = [
  { language: 'lua', code: 'while true do end' },
  { language: 'javascript', code: 'while (true);' },
] as const;

export const suite: Suite = {
  title: 'Frames',
  about: `A host that draws 60 frames a second beside ${SCRIPTS} scripts (${FEW_SCRIPTS} in a quick look), each on a thread of its own, that loop and time out over and over.`,
  async run(context) {
    const scripts = context.size(SCRIPTS, FEW_SCRIPTS);
    const idle = await frameDelays(context.size(5000, 100));
    const runtime = await createRuntime({ threads: scripts, slots: scripts });
    let going = true;
    let ended = 0;
    const loops = Array.from({ length: scripts }, async (_, i) => {
      while (going) {
        await runtime.start(SOURCES_OF_LOAD[i % 2] as (typeof SOURCES_OF_LOAD)[0], { limits: { timeout: TIMEOUT_MS } })
          .outcome;
        ended += 1;
      }
    });
    const loaded = await frameDelays(context.size(15_000, 400));
    going = false;
    await Promise.all(loops);
    const { threads } = runtime.stats();
    await runtime.close();
    context.row({ id: 'idle', title: 'delay of the event loop, nothing else going on', unit: 'ms', values: idle });
    tellLoaded(context, loaded);
    context.row({
      id: 'ended',
      title: 'scripts that timed out meanwhile',
      unit: 'count',
      better: 'higher',
      values: [ended],
    });
    context.row({
      id: 'threads-started',
      title: 'threads started to replace one',
      unit: 'count',
      values: [threads.started - scripts],
      targets: [exactly(0, SOURCES.own)],
    });
  },
};

function tellLoaded(context: SuiteContext, values: number[]): void {
  context.row({
    id: 'delay',
    title: 'delay of the event loop beside the scripts',
    unit: 'ms',
    values,
    targets: [atMost('p99', 16, SOURCES.own)],
    note: `a frame at 60 Hz is ${FRAME_MS.toFixed(1)} ms`,
  });
}

/** Delays beyond the timer's own millisecond, as the histogram of Node has them: a value for each hundredth of them. */
async function frameDelays(ms: number): Promise<number[]> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  const frames = setInterval(() => undefined, FRAME_MS);
  await new Promise((resolve) => setTimeout(resolve, ms));
  clearInterval(frames);
  histogram.disable();
  return Array.from({ length: 1000 }, (_, i) => histogram.percentile((i + 1) / 10) / 1e6);
}
