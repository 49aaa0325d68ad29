import { EventEmitter, getEventListeners } from 'node:events';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { Program, Vm, VmHost } from '#stint/engines/engine';
import { compileEngine, createEngine } from '#stint/engines/load-engine';
import { createRuntime } from '#stint/index';
import { watchLeaks } from '#stint/monitor/index';

const CYCLES = { cycles: 16, warmup: 2 };
const linux = process.platform === 'linux';

describe('watchLeaks', () => {
  it('finds memory that is kept, on the heap and beside it', async () => {
    const kept: unknown[] = [];
    const buffers = await watchLeaks(() => kept.push(Buffer.alloc(1024 ** 2, 1)), CYCLES);
    expect(buffers.leaking).toEqual(expect.arrayContaining(['rss', 'external']));
    const objects = await watchLeaks(() => kept.push(Array.from({ length: 20_000 }, (_, i) => ({ i }))), CYCLES);
    expect(objects.leaking).toContain('heap');
    expect(objects.series['heap']?.low).toBeGreaterThan(20_000);
    expect(kept).toHaveLength(36);
  });

  it.runIf(linux)('finds a thread that is left', async () => {
    const workers: Worker[] = [];
    const { leaking, series } = await watchLeaks(
      async () => {
        const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
        workers.push(worker);
        await new Promise((resolve) => worker.once('online', resolve));
      },
      { cycles: 8, warmup: 1 },
    );
    await Promise.all(workers.map((worker) => worker.terminate()));
    expect(leaking).toContain('threads');
    expect(series['threads']?.value).toBe(1);
  });

  it.runIf(linux)('finds a descriptor that is left open', async () => {
    const open: number[] = [];
    const { leaking } = await watchLeaks(() => open.push(openSync('/dev/null', 'r')), CYCLES);
    for (const descriptor of open) closeSync(descriptor);
    expect(leaking).toEqual(['descriptors']);
  });

  it('finds a listener that is left, on the process, an emitter or a signal', async () => {
    const emitter = new EventEmitter().setMaxListeners(0);
    const { signal } = new AbortController();
    const listener = (): void => undefined;
    const onEmitter = await watchLeaks((cycle) => emitter.on(`event ${cycle % 3}`, listener), {
      ...CYCLES,
      emitters: [emitter],
    });
    expect(onEmitter.leaking).toEqual(['listeners']);
    const onSignal = await watchLeaks(() => signal.addEventListener('abort', () => undefined), {
      ...CYCLES,
      emitters: [signal],
    });
    expect(onSignal.leaking).toEqual(['listeners']);
    expect(getEventListeners(signal, 'abort').length).toBeGreaterThanOrEqual(16);
  });

  it('finds a timer that is left', async () => {
    const timers: NodeJS.Timeout[] = [];
    const { leaking } = await watchLeaks(() => timers.push(setTimeout(() => undefined, 60_000)), CYCLES);
    for (const timer of timers) clearTimeout(timer);
    expect(leaking).toEqual(['timers']);
  });

  it.runIf(linux)('finds a segment of shared memory that is left', async () => {
    const names: string[] = [];
    const { leaking } = await watchLeaks(
      (cycle) => {
        const name = `/dev/shm/stint-test-${process.pid}-${cycle}`;
        names.push(name);
        writeFileSync(name, 'x');
      },
      { ...CYCLES, segmentPrefix: `stint-test-${process.pid}-` },
    );
    for (const name of names) rmSync(name);
    expect(leaking).toEqual(['segments']);
  });

  it('finds a VM that is not closed, by a counter', async () => {
    const engine = await createEngine(await compileEngine('lua'), { polling: false, cellSize: 64 });
    const program: Program = { language: 'lua', code: '', name: 'leak', memory: 64 * 1024 ** 2 };
    const host = { write: () => true, stopRequested: () => false, preemptRequested: () => false } as unknown as VmHost;
    const kept: Vm[] = [];
    const counters = { vms: () => engine.counts().live };
    const leaky = await watchLeaks(async () => kept.push(await engine.create(program, [], host)), {
      ...CYCLES,
      counters,
    });
    expect(leaky.leaking).toContain('vms');
    for (const vm of kept) vm.close();
    const clean = await watchLeaks(async () => (await engine.create(program, [], host)).close(), {
      ...CYCLES,
      counters,
    });
    expect(clean.leaking).not.toContain('vms');
  });

  it('finds nothing in a runtime that runs, stops and fails scripts', async () => {
    const runtime = await createRuntime({ threads: 1 });
    const verdict = await watchLeaks(
      async () => {
        await runtime.run({ language: 'lua', code: 'return 1' });
        await runtime.start({ language: 'lua', code: 'while true do end' }, { limits: { timeout: 5 } }).outcome;
        await runtime.start({ language: 'javascript', code: 'throw new Error("x")' }).outcome;
      },
      { cycles: 30, warmup: 60, counters: { vms: () => runtime.stats().engines.lua?.live ?? 0 } },
    );
    await runtime.close();
    // Memory of a process in which other tests ran before is another matter: it has a soak of its own.
    expect(verdict.leaking.filter((name) => !['rss', 'heap', 'external'].includes(name))).toEqual([]);
    expect(verdict).toMatchObject({ collected: true, cycles: 30 });
  });

  it('throws what the work throws, and leaves no session behind', async () => {
    await expect(watchLeaks(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it.each([
    [{ cycles: 7 }, 'options.cycles is 7'],
    [{ cycles: 1.5 }, 'options.cycles is 1.5'],
    [{ warmup: -1 }, 'options.warmup is -1'],
    [{ limits: { heep: { rate: 0, total: 1 } } }, "options.limits is 'heep'; it must be about rss, heap"],
    [{ limits: { rss: { rate: Number.NaN, total: 1 } } }, 'options.limits.rss.rate is NaN'],
    [{ limits: { rss: { rate: 0 } } }, 'options.limits.rss.total is undefined'],
    [{ counters: { heap: () => 1 } }, "options.counters is 'heap'"],
    [{ counters: { vms: 7 } }, 'options.counters.vms is 7'],
    [{ counters: { vms: () => 'many' }, cycles: 8 }, "options.counters.vms() is 'many'"],
    [{ counters: { vms: () => Number.NaN }, cycles: 8 }, 'options.counters.vms() is NaN'],
    [{ emitters: 7 }, 'options.emitters is 7'],
    [{ emitters: [7] }, 'what is in options.emitters is 7'],
    [{ cylces: 500 }, 'options.cylces is not an option; the options are cycles, warmup, counters'],
    [null, 'options is null'],
    [{ segmentPrefix: 7 }, 'options.segmentPrefix is 7'],
  ])('refuses %j and says why', async (options, message) => {
    await expect(watchLeaks(() => undefined, options as never)).rejects.toThrow(message);
    await expect(watchLeaks('work' as never)).rejects.toThrow("work is 'work'");
  });
});
