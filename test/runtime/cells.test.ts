import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Outcome, Runtime, Task } from '#stint/index';
import { openRuntime as make, PATIENT } from '../open-runtime.js';

/** One long C function: a script that can only be broken off. */
const DEAF = 'return string.find(string.rep("a", 20000), ".-.-.-.-b")';

/** Starts scripts that wait until they are let go, and waits until all do. */
async function startWaiting(runtime: Runtime, count: number, code: string) {
  let letGo: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let arrived = 0;
  let tasks: Task[] = [];
  await new Promise<void>((resolve) => {
    const wait = (): Promise<void> => {
      arrived += 1;
      if (arrived === count) resolve();
      return gate;
    };
    tasks = Array.from({ length: count }, (_, i) =>
      runtime.start({ language: 'lua', code }, { args: [i], functions: { wait: async () => void (await wait()) } }),
    );
  });
  return { outcomes: Promise.all(tasks.map(({ outcome }) => outcome)), letGo };
}

/** Starts a script that cannot be left in the middle, and waits until it runs. */
async function holdThread(runtime: Runtime): Promise<Task> {
  let task: Task | undefined;
  await new Promise<void>((resolve) => {
    const options = { limits: { timeout: null }, output: () => resolve() };
    task = runtime.start({ language: 'javascript', code: 'console.log("on"); for (;;);' }, options);
  });
  return task as Task;
}

const summary = (outcomes: Outcome[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { kind, error } of outcomes) {
    const key = error === undefined ? kind : error.code;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
};

describe('cells', () => {
  it('are shared when there are many scripts, and none of them sees another', async () => {
    const runtime = await make({ threads: 1, slots: 300, cellSize: 32 });
    const code = `
      local i = ...
      shared = (shared or 0) + 1
      string.mine = i
      local t = {} for n = 1, 100 do t[n] = i * n end
      functions.wait()
      local sum = 0 for n = 1, 100 do sum = sum + t[n] end
      return { shared, string.mine, sum }`;
    const { outcomes, letGo } = await startWaiting(runtime, 200, code);
    letGo();
    expect((await outcomes).map(({ value }) => value)).toEqual(Array.from({ length: 200 }, (_, i) => [1, i, i * 5050]));
    const { instances = 0, live } = runtime.stats().engines.lua ?? {};
    expect(live).toBe(0);
    expect(instances).toBeLessThan(30);
  });

  it('that break take their neighbours with them, which can be run again, and nobody else', async () => {
    const runtime = await make({ threads: 1, slots: 100, grace: 50 });
    const { outcomes, letGo } = await startWaiting(runtime, 40, 'functions.wait() return 1');
    const { kind, rung } = await runtime.start({ language: 'lua', code: DEAF }, { limits: { timeout: 50 } }).outcome;
    expect([kind, rung]).toEqual(['timed-out', 'break']);
    letGo();
    // 16 cells have one script each; the others share one with the script that was broken off.
    expect(summary(await outcomes)).toEqual({ completed: 16, NEIGHBOUR_BROKEN: 24 });
    expect((await outcomes).find(({ error }) => error !== undefined)?.error?.retryable).toBe(true);
    expect(await runtime.run({ language: 'lua', code: 'return 42' })).toBe(42);
    expect(runtime.stats().threads.started).toBe(1);
  });

  it('are not shared if cellSize is 1', async () => {
    const runtime = await make({ threads: 1, slots: 100, grace: 50, cellSize: 1 });
    const { outcomes, letGo } = await startWaiting(runtime, 40, 'functions.wait() return 1');
    await runtime.start({ language: 'lua', code: DEAF }, { limits: { timeout: 50 } }).outcome;
    letGo();
    expect(summary(await outcomes)).toEqual({ completed: 40 });
  });

  it('give a waiting script that is stopped back, its handlers run, while its neighbours go on', async () => {
    const runtime = await make({ threads: 1, slots: 100, ...PATIENT });
    const { outcomes, letGo } = await startWaiting(runtime, 30, 'functions.wait() return 1');
    let output = '';
    const stopped = await runtime.start(
      {
        language: 'lua',
        code: 'local x <close> = setmetatable({}, { __close = function() print("closed") end }) sleep(60000)',
      },
      { limits: { timeout: 50 }, output: (chunk) => (output += chunk) },
    ).outcome;
    expect([stopped.kind, stopped.rung, output]).toEqual(['timed-out', 'stop', 'closed\n']);
    letGo();
    expect(summary(await outcomes)).toEqual({ completed: 30 });
  });

  it('free what a dropped script held without touching what its neighbours hold under the same number', async () => {
    const server = createServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const runtime = await make({ threads: 1, slots: 100, grace: 40 });
    const options = { args: [(server.address() as AddressInfo).port], permissions: { net: ['127.0.0.1:*'] } };
    const { outcomes, letGo } = await startWaiting(runtime, 16, 'functions.wait()');
    // Both share a cell, and both have a connection number 1.
    const dropped = runtime.start(
      { language: 'lua', code: 'local c = tcp.connect("127.0.0.1", ...) sleep(60000)' },
      { ...options, limits: { timeout: null } },
    );
    let goOn: (value: null) => void = () => undefined;
    const gate = new Promise<null>((resolve) => {
      goOn = resolve;
    });
    const kept = runtime.start(
      {
        language: 'lua',
        code: 'local c = tcp.connect("127.0.0.1", ...) functions.gate() c:write("x") return c:read(1)',
      },
      { ...options, functions: { gate: () => gate } },
    );
    // Its thread is held, so the first one is dropped, to be freed when the next VM is made in the cell.
    const busy = await holdThread(runtime);
    dropped.extend(50);
    expect((await dropped.outcome).kind).toBe('timed-out');
    await busy.cancel();
    expect(await runtime.run({ language: 'lua', code: 'return 1' })).toBe(1);
    goOn(null);
    expect(await kept.result).toBe('x');
    letGo();
    await outcomes;
    await new Promise((resolve) => server.close(resolve));
  });

  it('end a waiting script in time although its thread is held by one that cannot be left', async () => {
    const runtime = await make({ threads: 1, slots: 100, grace: 100 });
    const { outcomes, letGo } = await startWaiting(runtime, 30, 'functions.wait() return 1');
    const waiting = runtime.start({ language: 'lua', code: 'sleep(60000)' }, { limits: { timeout: null } });
    const busy = await holdThread(runtime);
    waiting.extend(50);
    expect((await waiting.outcome).kind).toBe('timed-out');
    expect(busy.state).toBe('running');
    await busy.cancel();
    letGo();
    expect(summary(await outcomes)).toEqual({ completed: 30 });
    expect(runtime.stats().engines.lua?.live).toBe(0);
  });
});
