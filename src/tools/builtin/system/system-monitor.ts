import { arch, cpus, freemem, loadavg, platform, release, totalmem, uptime } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { builtin } from '../builtin.js';
import { integer, list, number, object, text, withDefault } from '../schema.js';

const percent = (description: string) => number(description, { min: 0, max: 100 });
const bytes = (description: string) => integer(description, { min: 0, max: Number.MAX_SAFE_INTEGER });

const sample = object({
  time: text('When, ISO 8601.'),
  cpu: percent('How busy the processors were since the sample before, per cent.'),
  load: list(number('Over 1, 5 and 15 minutes.', { min: 0 }), 'Load averages.', { max: 3 }),
  memoryUsed: percent('Of the memory, per cent.'),
  memoryFree: bytes('Bytes.'),
  processMemory: bytes('Resident memory of this process, bytes.'),
});

export const systemMonitor = builtin({
  name: 'system.monitor',
  description:
    'The machine and how busy it is: processors, load, memory; several samples, each streamed as it is taken.',
  category: 'system',
  tags: ['cpu', 'memory', 'load', 'uptime', 'health'],
  security: 'restricted',
  limits: { timeout: '5m' },
  input: object(
    {},
    {
      samples: withDefault(1, integer('How many.', { min: 1, max: 100 })),
      interval: withDefault(
        200,
        integer('Milliseconds between them; the first one takes as long.', { min: 10, max: 10_000 }),
      ),
    },
  ),
  output: object({
    platform: text('Such as linux.'),
    release: text('Of the operating system.'),
    architecture: text('Such as x64.'),
    processors: integer('How many.', { min: 1, max: 100_000 }),
    memory: bytes('Bytes in all.'),
    uptime: number('Seconds since the machine started.', { min: 0 }),
    samples: list(sample, 'The samples.', { max: 100 }),
  }),
  examples: [
    { input: {}, check: (output) => (output as { processors: number }).processors > 0 },
    {
      description: 'Two samples',
      input: { samples: 2, interval: 10 },
      check: (output) => (output as { samples: unknown[] }).samples.length === 2,
    },
  ],
  async *handler({ samples: count, interval }, { signal, progress }) {
    const samples = [];
    let before = times();
    while (samples.length < count) {
      await wait(interval, undefined, { signal });
      const now = times();
      const made = take(before, now);
      before = now;
      samples.push(made);
      yield made;
      progress(samples.length, count);
    }
    const machine = {
      platform: platform(),
      release: release(),
      architecture: arch(),
      processors: Math.max(1, cpus().length),
    };
    return { ...machine, memory: totalmem(), uptime: uptime(), samples };
  },
});

interface Times {
  readonly busy: number;
  readonly all: number;
}

function times(): Times {
  let [busy, all] = [0, 0];
  for (const { times } of cpus()) {
    const total = times.user + times.nice + times.sys + times.irq + times.idle;
    busy += total - times.idle;
    all += total;
  }
  return { busy, all };
}

function take(before: Times, now: Times) {
  const all = now.all - before.all;
  return {
    time: new Date().toISOString(),
    cpu: all <= 0 ? 0 : Math.min(100, Math.max(0, ((now.busy - before.busy) / all) * 100)),
    load: loadavg(),
    memoryUsed: (1 - freemem() / totalmem()) * 100,
    memoryFree: freemem(),
    processMemory: process.memoryUsage.rss(),
  };
}
