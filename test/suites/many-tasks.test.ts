import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Outcome, RuntimeOptions } from '#stint/index';
import { GarbageCollector } from '#stint/monitor/index';
import { openRuntime } from '../open-runtime.js';

const make = (options?: RuntimeOptions) => openRuntime({ limits: { timeout: '60s', memory: '4mb' }, ...options });

const lua = (code: string) => ({ language: 'lua', code }) as const;

/** What an asynchronous task runtime must not get wrong under load: each of these is a fault that one has had. */
describe('with many tasks at once', () => {
  it('every timer fires once, and none early', async () => {
    const runtime = await make({ threads: 2, slots: 1000 });
    const code = 'local before = time.now() for i = 1, 20 do sleep(10) end return time.now() - before';
    const permissions = { time: true };
    const times = await Promise.all(
      Array.from({ length: 1000 }, () => runtime.run<number>(lua(code), { permissions })),
    );
    expect(Math.min(...times)).toBeGreaterThanOrEqual(200);
    expect(runtime.stats().wakeups).toBe(20_000);
  });

  it('a cancel hits one and no other', async () => {
    const runtime = await make({ threads: 2, slots: 100 });
    const tasks = Array.from({ length: 100 }, () => runtime.start(lua('for i = 1, 10 do sleep(20) end return "done"')));
    expect((await tasks[42]?.cancel())?.kind).toBe('cancelled');
    const kinds = (await Promise.all(tasks.map(({ outcome }) => outcome))).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'completed')).toHaveLength(99);
    expect(kinds[42]).toBe('cancelled');
  });

  it('all that were queued before the first could start are run', async () => {
    const runtime = await make({ threads: 2, slots: 64, queue: 20_000 });
    const sums = await Promise.all(
      Array.from({ length: 20_000 }, (_, i) => runtime.run<number>(lua('return ... + 1'), { args: [i] })),
    );
    expect(sums.every((sum, i) => sum === i + 1)).toBe(true);
  });

  it('a socket can be waited for again and again', async () => {
    const server = createServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const runtime = await make({ threads: 2, slots: 50 });
    const code = `
      local c <close> = tcp.connect("127.0.0.1", ...)
      local rounds = 0
      for i = 1, 50 do
        local text = ("round %d"):format(i)
        c:write(text)
        local got = ""
        while #got < #text do got = got .. c:read(#text - #got) end
        if got == text then rounds = rounds + 1 end
      end
      return rounds`;
    const options = { args: [(server.address() as AddressInfo).port], permissions: { net: ['127.0.0.1:*'] } };
    const rounds = await Promise.all(Array.from({ length: 50 }, () => runtime.run(lua(code), options)));
    expect(rounds).toEqual(Array(50).fill(50));
    await new Promise((resolve) => server.close(resolve));
  });

  it('a million events of one script come in order', async () => {
    const runtime = await make({ threads: 1, limits: { timeout: '60s', hostCalls: 2_000_000 } });
    let last = 0;
    let inOrder = true;
    const tick = (i: unknown): void => {
      inOrder &&= i === last + 1;
      last = i as number;
    };
    await runtime.run(lua('for i = 1, 1000000 do events.tick(i) end'), { events: { tick } });
    expect([last, inOrder]).toEqual([1_000_000, true]);
  });

  it('a million that are queued before the first has ended all run, and leave nothing', {
    timeout: 300_000,
  }, async () => {
    const million = 1_000_000;
    const runtime = await make({ threads: 2, slots: 16, queue: million });
    using collector = await GarbageCollector.open();
    const heap = async (): Promise<number> => {
      await collector?.collect();
      return process.memoryUsage().heapUsed;
    };
    const source = { module: new URL('modules/doubles.mjs', import.meta.url) };
    await runtime.run(source, { args: [1] });
    const before = await heap();
    let sum = 0;
    const add = ({ value }: Outcome): void => {
      sum += value as number;
    };
    for (let i = 1; i <= million; i += 1) void runtime.start(source, { args: [i] }).outcome.then(add);
    expect(runtime.stats().queued).toBeGreaterThan(million - 1000);
    await runtime.drain();
    expect(runtime.stats().ended.completed).toBe(million + 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(sum).toBe(million * (million + 1));
    expect(await heap()).toBeLessThan(before + 16 * 1024 ** 2);
  });

  it('those that wait take no processor time', async () => {
    const runtime = await make({ threads: 2, slots: 1001 });
    const waiting = Array.from({ length: 1000 }, () =>
      runtime.start(lua('functions.never()'), { functions: { never } }),
    );
    await new Promise<void>((resolve) => {
      let arrived = 0;
      onWait = () => {
        arrived += 1;
        if (arrived === 1000) resolve();
      };
    });
    await runtime.run(lua('sleep(200)'));
    const before = process.cpuUsage();
    await runtime.run(lua('sleep(500)'));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(250);
    await Promise.all(waiting.map((task) => task.cancel()));
  });
});

let onWait: () => void = () => undefined;
function never(): Promise<never> {
  onWait();
  return new Promise(() => undefined);
}
