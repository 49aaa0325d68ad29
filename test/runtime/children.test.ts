import { describe, expect, it } from 'vitest';
import type { HostFunction, Outcome, Task } from '#stint/index';
import { openRuntime } from '../open-runtime.js';

const make = () => openRuntime({ threads: 2, slots: 16 });

const lua = (code: string) => ({ language: 'lua', code }) as const;

/** Runs Lua code for the script that calls it. */
const spawn: HostFunction = async function (code, ...args) {
  return this.start({ language: 'lua', code: String(code) }, { args, functions: { spawn } }).result;
};

describe('a script started by a host function', () => {
  it('gives its result to the script that it was started for, to any depth', async () => {
    const runtime = await make();
    const result = await runtime.run(lua('return functions.spawn("return functions.spawn(\'return 20 + 22\')")'), {
      functions: { spawn },
    });
    expect(result).toBe(42);
  });

  it('needs no slot that a task holds which waits for such a one', async () => {
    const runtime = await openRuntime({ threads: 1, slots: 2, limits: { timeout: '20s' } });
    const options = { functions: { spawn } };
    const parents = Array.from({ length: 6 }, (_, i) =>
      runtime.run(lua(`return functions.spawn("return ${i}")`), options),
    );
    expect(await Promise.all(parents)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('ends with the task that it was started for, whose outcome comes after', async () => {
    const runtime = await make();
    const order: string[] = [];
    const children: Task[] = [];
    const parent = runtime.start(lua('functions.launch() functions.launch() return "done"'), {
      functions: {
        launch() {
          const child = this.start(lua('while true do end'));
          children.push(child);
          void child.outcome.then(({ kind }) => order.push(kind));
          return null;
        },
      },
    });
    const { kind, value } = await parent.outcome;
    order.push('parent');
    expect([kind, value]).toEqual(['completed', 'done']);
    expect(order).toEqual(['cancelled', 'cancelled', 'parent']);
    expect(parent.children).toEqual([]);
  });

  it.each([
    ['fails', 'functions.launch() error("oops")', 'failed'],
    ['is timed out', 'functions.launch() while true do end', 'timed-out'],
    ['is broken off', 'functions.launch() return string.find(string.rep("a", 20000), ".-.-.-.-b")', 'timed-out'],
  ])('ends when that task %s', async (_, code, expected) => {
    const runtime = await make();
    let child: Promise<Outcome> | undefined;
    const { kind } = await runtime.start(lua(code), {
      limits: { timeout: 200 },
      functions: {
        launch() {
          child = this.start(lua('sleep(60000)')).outcome;
          return null;
        },
      },
    }).outcome;
    expect(kind).toBe(expected);
    expect((await child)?.kind).toBe('cancelled');
    expect(runtime.stats().live).toBe(0);
  });

  it('cannot be started for a task that has ended', async () => {
    const runtime = await make();
    let late: (() => Task) | undefined;
    await runtime.run(lua('functions.keep()'), {
      functions: {
        keep() {
          late = () => this.start(lua('return 1'));
          return null;
        },
      },
    });
    expect(late).toThrow(/has ended/);
  });
});

describe('stats', () => {
  it('count slices and wakeups, and know how long tasks waited and ran', async () => {
    const runtime = await openRuntime({ threads: 1, slots: 8, quantum: 1 });
    expect(runtime.stats()).toMatchObject({ slices: 0, wakeups: 0, queueMs: { p50: 0, max: 0 } });
    const busy = ['a', 'b'].map(() => runtime.run(lua('local n = 0 for i = 1, 3e6 do n = n + i end return n')));
    await runtime.run(lua('for i = 1, 5 do sleep(1) end'));
    await Promise.all(busy);
    const { slices, wakeups, runMs, queueMs } = runtime.stats();
    expect(slices).toBeGreaterThan(2);
    expect(wakeups).toBeGreaterThanOrEqual(5);
    expect(runMs.p50).toBeGreaterThan(0);
    expect(runMs.max).toBeGreaterThanOrEqual(runMs.p95);
    expect(queueMs.max).toBeGreaterThanOrEqual(queueMs.p50);
  });
});
