import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isStintError } from '../../errors/stint-error.js';
import { openLedger, SharedMemory } from '../../ledger/index.js';
import { GarbageCollector, measuresOf, sample, slopeOf } from '../../monitor/index.js';
import { createRuntime } from '../../runtime/create-runtime.js';
import { atMost, exactly, SOURCES } from '../measurement.js';
import type { Suite, SuiteContext } from '../suite.js';

const MB = 1024 ** 2;
const SEGMENTS = 8;
const LUA = { language: 'lua', code: 'return 1' } as const;

/** What is made, used and closed again and again. */
interface Kind {
  readonly id: string;
  readonly title: string;
  /** The other figures for the same, in words. */
  readonly others: readonly [init: string, teardown: string];
  /** Makes it and gets its first result; gives what closes it. */
  make(): Promise<() => Promise<void>>;
}

export const suite: Suite = {
  title: 'Restarts',
  about:
    'A runtime is made, used and closed, again and again: how long that takes, and what is left. With threads; and with a child process and eight segments of shared memory of 1 MB.',
  async run(context) {
    using collector = await GarbageCollector.open();
    await measure(context, collector, {
      id: '',
      title: 'two threads',
      others: ['mean 11.6, max 19.5 ms, for worker processes of Python that are forked', 'mean 7.3, max 38.6 ms'],
      async make() {
        const runtime = await createRuntime({ threads: 2 });
        await runtime.run(LUA);
        return () => runtime.close();
      },
    });
    const directory = await mkdtemp(join(tmpdir(), 'stint-bench-ledger-'));
    try {
      await measure(context, collector, {
        id: 'process-',
        title: (await hasSharedMemory(directory)) ? 'a child process and eight segments' : 'a child process',
        others: ['mean 11.6, max 19.5 ms, for worker processes that are forked', 'mean 7.3, max 38.6 ms'],
        make: () => processAndSegments(directory),
      });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};

async function processAndSegments(directory: string): Promise<() => Promise<void>> {
  const ledger = await openLedger({ directory });
  const runtime = await createRuntime({ threads: 1, isolation: 'process', directory });
  const segments = (await hasSharedMemory(directory))
    ? await Promise.all(Array.from({ length: SEGMENTS }, () => SharedMemory.create(MB, { ledger })))
    : [];
  for (const { bytes } of segments) bytes.fill(1);
  await runtime.run(LUA);
  return async () => {
    for (const segment of segments) await segment.close();
    await runtime.close();
    await ledger.close();
  };
}

let sharedMemory: Promise<boolean> | undefined;

/** Whether the package that shared memory needs is installed. */
function hasSharedMemory(directory: string): Promise<boolean> {
  sharedMemory ??= (async () => {
    await using ledger = await openLedger({ directory });
    try {
      await using memory = await SharedMemory.create(MB, { ledger });
      return memory.bytes.length === MB;
    } catch (error) {
      if (isStintError(error, 'DEPENDENCY_MISSING')) return false;
      throw error;
    }
  })();
  return sharedMemory;
}

async function measure(context: SuiteContext, collector: GarbageCollector | undefined, kind: Kind): Promise<void> {
  const { id, title, others } = kind;
  const cycles = context.size(50, 3);
  const init: number[] = [];
  const teardown: number[] = [];
  const rss: [number, number][] = [];
  const cycle = async (): Promise<void> => {
    const from = performance.now();
    const close = await kind.make();
    const ready = performance.now();
    await close();
    init.push(ready - from);
    teardown.push(performance.now() - ready);
    await collector?.collect();
  };
  // What is made once and kept (libuv's threads, compiled engines) is there after the first ones.
  for (let i = 0; i < context.size(3, 1); i += 1) await cycle();
  init.length = 0;
  teardown.length = 0;
  const before = measuresOf(sample());
  for (let i = 0; i < cycles; i += 1) {
    await cycle();
    rss.push([i, process.memoryUsage.rss()]);
  }
  const after = measuresOf(sample());
  context.row({
    id: `${id}init`,
    title: `${title}: made, to the first result`,
    unit: 'ms',
    values: init,
    targets: [atMost('max', 1500, SOURCES.restarts)],
    note: `the other figures: ${others[0]}`,
  });
  context.row({
    id: `${id}teardown`,
    title: `${title}: closed`,
    unit: 'ms',
    values: teardown,
    targets: [atMost('max', 500, SOURCES.restarts)],
    note: `the other figures: ${others[1]}`,
  });
  for (const name of ['descriptors', 'threads', 'segments', 'children', 'zombies'] as const) {
    const [from, to] = [before[name], after[name]];
    if (from === undefined || to === undefined) continue;
    context.row({
      id: `${id}${name}`,
      title: `${title}: ${name} after ${cycles} cycles, against before`,
      unit: 'count',
      values: [to - from],
      targets: [exactly(0, SOURCES.own)],
    });
  }
  const first = rss[0]?.[1] ?? 1;
  const last = rss.at(-1)?.[1] ?? 1;
  context.row({
    id: `${id}rss`,
    title: `${title}: resident memory after ${cycles} cycles, against the first`,
    unit: 'x',
    values: [last / first],
    targets: [atMost('max', 1.1, SOURCES.restarts)],
  });
  const slope = slopeOf(rss);
  context.row({
    id: `${id}rss-slope`,
    title: `${title}: resident memory, slope for each cycle`,
    unit: 'KB',
    values: [slope.value / 1024],
    note: `95 %: ${(slope.low / 1024).toFixed(1)} to ${(slope.high / 1024).toFixed(1)} KB, of ${Math.round(first / MB)} MB`,
  });
}
