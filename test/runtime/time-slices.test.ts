import { describe, expect, it, vi } from 'vitest';
import type { Source } from '#stint/index';
import { openRuntime as make, PATIENT } from '../open-runtime.js';

const lua = (code: string): Source => ({ language: 'lua', code });
const SHORT = lua('local n = 0 for i = 1, 1000 do n = n + i end return n');

/** Eight ways to compute without end. */
const ENDLESS = [
  'while true do end',
  'local function f() return f() end f()',
  'while true do pcall(function() for i = 1, 1e6 do end end) end',
  'while true do coroutine.wrap(function() for i = 1, 1e6 do end end)() end',
  'local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end',
  'local t = setmetatable({}, { __index = function() local n = 0 for i = 1, 1e5 do n = n + 1 end return n end }) while true do local x = t.x end',
  'local t = {} while true do for i = 1, 100 do t[i] = -i end table.sort(t, function(a, b) return a < b end) end',
  'while true do string.rep("x", 100):gsub(".", function(c) return c:upper() end) end',
];

describe('scripts that share a thread', () => {
  it('all run: a short one is done although eight go on without end, which end at their deadlines', async () => {
    const runtime = await make({ threads: 1, slots: 16, ...PATIENT, limits: { timeout: null } });
    const endless = ENDLESS.map((code) => runtime.start(lua(code)));
    for (let i = 0; i < 5; i += 1) expect(await runtime.run(SHORT)).toBe(500500);
    for (const task of endless) task.extend(1000);
    const outcomes = await Promise.all(endless.map(({ outcome }) => outcome));
    expect(outcomes.map(({ kind, rung }) => `${kind} ${rung}`)).toEqual(Array(8).fill('timed-out stop'));
    // Each had its share of the second.
    for (const { usage } of outcomes) expect(usage.cpuMs).toBeGreaterThan(10);
    expect(runtime.stats().threads.started).toBe(1);
  });

  it('give the results that they give alone, wherever they are cut', async () => {
    const runtime = await make({ threads: 1, slots: 8, quantum: 1 });
    const code = `
      local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
      local words = {}
      for word in coroutine.wrap(function() for i = 1, 2000 do coroutine.yield("w" .. i) end end) do words[#words + 1] = word end
      table.sort(words, function(a, b) return #a < #b or #a == #b and a > b end)
      local ok, message = pcall(function() error({ code = fib(18) }) end)
      return { fib(22), words[1], words[2000], message.code, (select(2, string.gsub(table.concat(words), "%d", ""))) }`;
    const alone = await runtime.run(lua(code));
    const together = await Promise.all(Array.from({ length: 6 }, () => runtime.run(lua(code))));
    expect(together).toEqual(Array(6).fill(alone));
  });

  it('hear of host calls answered meanwhile', async () => {
    const runtime = await make({ threads: 1, slots: 4, limits: { timeout: '10s' } });
    const endless = runtime.start(lua('while true do end'));
    const value = await runtime.run(lua('local n = 0 for i = 1, 20 do n = functions.add(n, i) end return n'), {
      functions: { add: (a, b) => (a as number) + (b as number) },
    });
    expect(value).toBe(210);
    expect((await endless.cancel()).kind).toBe('cancelled');
  });

  it('let their thread load what other tasks need, and functions of modules come to their end', async () => {
    const runtime = await make({ threads: 1, slots: 4, ...PATIENT, limits: { timeout: null } });
    const endless = runtime.start(lua('while true do end'));
    await vi.waitFor(() => expect(endless.state).toBe('running'), 10_000);
    const module = new URL('modules/talks.mjs', import.meta.url);
    const told = vi.fn();
    expect(await runtime.run({ language: 'javascript', code: '1 + 1' })).toBe(2);
    expect(await runtime.run({ language: 'typescript', code: 'const n: number = 3; n' })).toBe(3);
    await runtime.run({ module, export: 'emits' }, { args: [2], events: { count: told } });
    expect(told).toHaveBeenCalledTimes(2);
    expect(endless.state).toBe('running');
    expect((await endless.cancel()).kind).toBe('cancelled');
  });

  it('end one by one when they are stopped, and no other ends with them', async () => {
    const runtime = await make({ threads: 1, slots: 8 });
    const tasks = Array.from({ length: 6 }, () => runtime.start(lua('while true do end')));
    for (const [index, task] of tasks.entries()) {
      expect((await task.cancel()).kind).toBe('cancelled');
      expect(tasks.map(({ state }) => state === 'ended').filter(Boolean)).toHaveLength(index + 1);
    }
  });

  it('share where scripts are polled too', async () => {
    const runtime = await make({ threads: 1, slots: 8, interrupts: 'polling', limits: { timeout: '2s' } });
    const endless = ['while true do end', ENDLESS[3] as string].map((code) => runtime.start(lua(code)));
    expect(await runtime.run(SHORT)).toBe(500500);
    for (const { outcome } of endless) expect((await outcome).kind).toBe('timed-out');
  });

  it('cannot share with JavaScript before it waits, but are not put behind it while another thread is free', async () => {
    const runtime = await make({ threads: 2, slots: 8, limits: { timeout: '5s' } });
    const busy = runtime.start({ language: 'javascript', code: 'for (;;);' });
    const values = await Promise.all(Array.from({ length: 6 }, () => runtime.run(SHORT)));
    expect(values).toEqual(Array(6).fill(500500));
    expect(busy.state).not.toBe('ended');
    expect((await busy.cancel()).kind).toBe('cancelled');
  });

  it('do not take the break from one that cannot be left, also if all that was sent to its thread comes at once', async () => {
    const runtime = await make({ threads: 1 });
    // Its thread is wanted for as long as it sleeps: who holds it is asked to give way once a quantum.
    const neighbour = runtime.start(lua('sleep(...) return "done"'), { args: [2000] });
    await vi.waitFor(() => expect(neighbour.state).toBe('waiting'), 10_000);
    const stuck = runtime.start(lua('events.began() table.move({}, 1, 1 << 60, 1, {})'), {
      limits: { timeout: 50 },
      // What is sent to a thread goes through this one, which blocks until the break has been sent.
      events: { began: () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300) },
    });
    expect(await stuck.outcome).toMatchObject({ kind: 'timed-out', rung: 'break' });
    expect(await neighbour.result).toBe('done');
  });
});
