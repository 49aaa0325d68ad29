// Sixteen scripts that loop and time out, over and over, beside a 60 Hz timer in the host.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createRuntime } from '../dist/index.js';

const FRAME_MS = 1000 / 60;

async function delays(seconds) {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  const timer = setInterval(() => undefined, FRAME_MS);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  clearInterval(timer);
  histogram.disable();
  const ms = (ns) => ns / 1e6;
  return {
    samples: histogram.count,
    min: ms(histogram.min),
    p50: ms(histogram.percentile(50)),
    p95: ms(histogram.percentile(95)),
    p99: ms(histogram.percentile(99)),
    max: ms(histogram.max),
  };
}

export async function run({ quick }) {
  const seconds = quick ? 4 : 20;
  const idle = await delays(seconds / 2);
  const runtime = await createRuntime({ threads: 16, slots: 16 });
  let going = true;
  let ended = 0;
  const loops = Array.from({ length: 16 }, async (_, i) => {
    const source =
      i % 2 === 0 ? { language: 'lua', code: 'while true do end' } : { language: 'javascript', code: 'while (true);' };
    while (going) {
      await runtime.start(source, { limits: { timeout: 150 } }).outcome;
      ended += 1;
    }
  });
  const loaded = await delays(seconds);
  going = false;
  await Promise.all(loops);
  const { threads } = runtime.stats();
  await runtime.close();
  return [
    { name: 'event-loop delay, idle', unit: 'ms', ...idle },
    {
      name: 'event-loop delay beside 16 scripts that time out',
      unit: 'ms',
      ...loaded,
      target: 'p99 < 16',
      pass: loaded.p99 < 16,
    },
    { name: 'scripts timed out meanwhile', unit: '', value: ended },
    { name: 'threads started', unit: '', value: threads.started, target: '= 16', pass: threads.started === 16 },
  ];
}
