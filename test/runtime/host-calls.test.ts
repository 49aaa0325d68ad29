import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createRuntime,
  type HostFunction,
  type Outcome,
  type RunOptions,
  type Runtime,
  type Value,
} from '#stint/index';
import { PATIENT } from '../open-runtime.js';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1, ...PATIENT });
});
afterAll(() => runtime.close());

const functions: Record<string, HostFunction> = {
  add: (a, b) => (a as number) + (b as number),
  /** Answers later than the call returns. */
  later: async (value) => {
    await new Promise((resolve) => setImmediate(resolve));
    return value;
  },
  fail: () => {
    throw Object.assign(new RangeError('no such page'), { code: 'ENOPAGE' });
  },
  never: () => new Promise<never>(() => undefined),
  giveDate: () => new Date(0),
};

const lua = (code: string, options?: RunOptions): Promise<Outcome> =>
  runtime.start({ language: 'lua', code }, { functions, ...options }).outcome;
const javascript = (code: string, options?: RunOptions): Promise<Outcome> =>
  runtime.start({ language: 'javascript', code }, { functions, ...options }).outcome;

describe('a host function called from Lua', () => {
  it.each([
    ['plainly', 'return functions.add(1, 2)', 3],
    ['again and again', 'local n = 0 for i = 1, 100 do n = functions.add(n, i) end return n', 5050],
    ['under pcall', 'return {pcall(functions.later, "x")}', [true, 'x']],
    [
      'in nested, wrapped and closed coroutines',
      `local inner = coroutine.create(function(a)
         local held <close> = setmetatable({}, { __close = function() functions.later(1) end })
         coroutine.yield(functions.later(a) .. functions.later("!"))
         error("inside")
       end)
       local outer = coroutine.wrap(function(a)
         coroutine.yield(select(2, coroutine.resume(inner, a)))
         coroutine.yield(select(2, coroutine.resume(inner)))
         coroutine.yield(tostring(coroutine.close(coroutine.create(function() end))))
         return functions.later(coroutine.status(inner))
       end)
       return {outer("a"), outer(), outer(), outer()}`,
      ['a!', 'script:4: inside', 'true', 'dead'],
    ],
    [
      'in metamethods',
      `local t = setmetatable({}, {
         __index = function(_, key) return functions.later(key) end,
         __add = function() return functions.later(42) end,
         __call = function(_, x) return functions.later(x) end,
         __eq = function() return functions.later(true) end,
       })
       return {t.name, t + t, t(7), t == setmetatable({}, getmetatable(t))}`,
      ['name', 42, 7, true],
    ],
    [
      'in an iterator',
      'local n = 0 for v in function(_, i) if (i or 0) < 4 then return functions.later((i or 0) + 1) end end do n = n + v end return n',
      10,
    ],
    [
      'in a comparator',
      'local t = {3, 1, 2} table.sort(t, function(a, b) return functions.later(a < b) end) return t',
      [1, 2, 3],
    ],
    [
      'in a callback of gsub',
      'return (string.gsub("abc", ".", function(c) return functions.later(c:upper()) end))',
      'ABC',
    ],
    [
      'in a coroutine that a comparator runs',
      `local t = {3, 1, 2}
       table.sort(t, function(a, b) return coroutine.wrap(function() return functions.later(a < b) end)() end)
       return t`,
      [1, 2, 3],
    ],
    [
      'in a message handler',
      'return select(2, xpcall(error, function(e) return functions.later(e) end, "oops"))',
      'oops',
    ],
  ])('%s gives its answer', async (_, code, expected) => {
    expect(await lua(code)).toMatchObject({ kind: 'completed', value: expected });
  });

  it('raises what the function throws, with message, name and code', async () => {
    const { value } = await lua(
      'local ok, e = pcall(functions.fail) return {ok, tostring(e), e.message, e.name, e.code, "<" .. e .. ">"}',
    );
    expect(value).toEqual([false, 'no such page', 'no such page', 'RangeError', 'ENOPAGE', '<no such page>']);
  });

  it('fails the script if nobody catches what it throws, and shows nothing of the host', async () => {
    const { kind, error } = await lua('local x = 1\nfunctions.fail()');
    expect(kind).toBe('failed');
    expect(error).toMatchObject({ code: 'SCRIPT_ERROR', message: 'no such page', line: 2 });
    expect(error?.traceback).not.toContain('host-calls.test');
  });

  it('refuses what cannot cross in either direction, as an error of the script', async () => {
    const { value } = await lua(
      'local _, a = pcall(functions.add, print) local _, b = pcall(functions.giveDate) return {a.code, b.code}',
    );
    expect(value).toEqual(['VALUE_NOT_TRANSFERABLE', 'VALUE_NOT_TRANSFERABLE']);
  });

  it('is nil if its name was not given', async () => {
    expect((await lua('return functions.other == nil')).value).toBe(true);
  });
});

describe('a host function called from JavaScript', () => {
  it.each([
    ['as a global', 'await add(1, 2)', 3],
    ['as a property of functions', 'await functions.later("x")', 'x'],
    [
      'many at once',
      'const all = []; for (let i = 0; i < 5000; i++) all.push(add(i, 1)); (await Promise.all(all)).length',
      5000,
    ],
    ['one after the other', 'let n = 0; for (let i = 1; i <= 100; i++) n = await add(n, i); n', 5050],
  ])('%s gives a promise of its answer', async (_, code, expected) => {
    expect(await javascript(code)).toMatchObject({ kind: 'completed', value: expected });
  });

  it.each(['undefined', 'NaN', 'globalThis', '__proto__', 'then', 'two words', ''])(
    'is there under its name, whatever that is: %j',
    async (name) => {
      const outcome = await javascript('typeof sleep + await functions[args[0]](1)', {
        args: [name],
        functions: { [name]: (n) => Number(n) + 1 },
      });
      expect(outcome).toMatchObject({ kind: 'completed', value: 'function2' });
    },
  );

  it('rejects with what the function throws, and without the stack of the host', async () => {
    const { value } = await javascript(
      'try { await fail() } catch (e) { [e instanceof Error, e.name, e.message, e.code, e.stack.includes("host-calls")] }',
    );
    expect(value).toEqual([true, 'RangeError', 'no such page', 'ENOPAGE', false]);
  });

  it('fails the script if nobody handles the rejection, with the line of the call', async () => {
    const { kind, error } = await javascript('const ask = async () => {\n  await fail()\n}\nawait ask()');
    expect([kind, error?.message, error?.line]).toEqual(['failed', 'no such page', 2]);
    expect(error?.traceback).toBe('at ask (script:2:9)\nat script:4:7');
    expect(await javascript('fail(); await later(1)')).toMatchObject({
      kind: 'failed',
      error: { message: 'no such page' },
    });
  });

  it('cannot be reached by a script that replaces built-in functions', async () => {
    const code = `
      Promise.prototype.then = Array.prototype.push = JSON.parse = Object.defineProperty = () => 0;
      globalThis.Promise = class {};
      await add(20, 22)`;
    expect(await javascript(code)).toMatchObject({ kind: 'completed', value: 42 });
  });
});

describe('values of calls', () => {
  const nest = (levels: number): Value => (levels === 0 ? 0 : [nest(levels - 1)]);
  const give = {
    functions: { take: () => true, give: (n: Value) => nest(n as number) },
    events: { take: () => undefined },
  };
  const LUA = 'local n = ... local function nest(i) return i == 0 and 0 or { nest(i - 1) } end ';
  const JAVASCRIPT = 'const n = args[0]; const nest = (i) => i === 0 ? 0 : [nest(i - 1)];';

  it.each([
    ['Lua, called with them', lua, `${LUA} return functions.take(nest(n))`],
    ['Lua, answered with them', lua, `${LUA} functions.give(n)`],
    ['Lua, sending them', lua, `${LUA} events.take(0, nest(n))`],
    ['JavaScript, called with them', javascript, `${JAVASCRIPT} await functions.take(nest(n))`],
    ['JavaScript, answered with them', javascript, `${JAVASCRIPT} await functions.give(n); 0`],
    ['JavaScript, sending them', javascript, `${JAVASCRIPT} events.take(0, nest(n))`],
  ] as const)('may have 100 levels each and no more: %s', async (_, start, code) => {
    const [allowed, refused] = await Promise.all([100, 101].map((n) => start(code, { ...give, args: [n] })));
    expect(allowed?.kind).toBe('completed');
    expect(refused?.error).toMatchObject({
      code: 'VALUE_NOT_TRANSFERABLE',
      message: expect.stringMatching(/100 levels/),
    });
  });

  it('may have 100 levels each as arguments of a script', async () => {
    expect((await lua('return select("#", ...)', { args: [nest(100), nest(100)] })).value).toBe(2);
    expect(() => runtime.start({ language: 'lua', code: '' }, { args: [nest(101)] })).toThrow(/nested deeper than 100/);
  });

  it.each([
    ['Lua', lua, 'local _, e = pcall(functions.give) return e.message'],
    ['JavaScript', javascript, 'await give().catch((e) => e.message)'],
  ] as const)('that cannot cross show nothing of the host but what they are: %s', async (_, start, code) => {
    class Account extends Map {
      password = 'secret';
    }
    for (const [thing, name] of [
      [new RangeError('x'), 'RangeError'],
      [new Account().set('token', 'secret'), 'Account'],
    ] as const) {
      const { value } = await start(code, { functions: { give: () => thing as unknown as Value } });
      expect(value).toBe(
        `result of give cannot cross between script and host: it is an object of a class (${name}); pass a plain object`,
      );
    }
  });
});

describe('a script that waits for a host function', () => {
  it.each([
    ['Lua', lua, 'functions.never()'],
    ['Lua where it cannot yield', lua, 'table.sort({3, 1, 2}, function() functions.never() end)'],
    ['JavaScript', javascript, 'await never()'],
  ] as const)('ends at its deadline: %s', async (_, start, code) => {
    const { kind, rung } = await start(code, { limits: { timeout: 100 } });
    expect([kind, rung]).toEqual(['timed-out', 'stop']);
  });

  it('tells the function by its signal that nobody waits any more', async () => {
    let signal: AbortSignal | undefined;
    const task = runtime.start(
      { language: 'lua', code: 'functions.wait()' },
      {
        functions: {
          wait() {
            signal = this.signal;
            void task.cancel('enough');
            return new Promise<never>(() => undefined);
          },
        },
      },
    );
    expect((await task.outcome).kind).toBe('cancelled');
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toMatchObject({ code: 'CANCELLED' });
  });

  it('runs its <close> handlers, those of its coroutines first', async () => {
    let output = '';
    const code = `
      local function held(name) return setmetatable({}, { __close = function() print(name) end }) end
      local a <close> = held("outer")
      coroutine.wrap(function()
        local b <close> = held("inner")
        pcall(functions.never)
        print("swallowed")
      end)()`;
    const { kind } = await lua(code, { limits: { timeout: 50 }, output: (chunk) => (output += chunk) });
    expect([kind, output]).toEqual(['timed-out', 'inner\nouter\n']);
  });

  it('leaves its thread to others', async () => {
    const waiting = Array.from({ length: 8 }, () => lua('return functions.later(functions.later(1))'));
    expect((await lua('return 42')).value).toBe(42);
    expect((await Promise.all(waiting)).map(({ value }) => value)).toEqual(Array(8).fill(1));
  });
});

describe('the limit of host calls', () => {
  it.each([
    ['Lua functions', lua, 'for i = 1, 10 do pcall(functions.add, i, i) end'],
    ['Lua events', lua, 'for i = 1, 10 do pcall(events.tick, i) end'],
    ['JavaScript functions', javascript, 'for (let i = 0; i < 10; i++) try { await add(i, i) } catch {}'],
    ['JavaScript events', javascript, 'for (let i = 0; i < 10; i++) try { events.tick(i) } catch {}'],
  ] as const)('ends the script, whatever it catches: %s', async (_, start, code) => {
    const { kind, error, usage } = await start(code, { limits: { hostCalls: 5 }, events: { tick: () => undefined } });
    expect([kind, error?.code, usage.hostCalls]).toEqual(['failed', 'HOST_CALL_LIMIT', 5]);
  });
});

describe('events', () => {
  it.each([
    ['Lua', lua, 'for i = 1, 20000 do events.tick(i) end'],
    [
      'Lua where it cannot yield',
      lua,
      'local n = 0 string.rep("x", 20000):gsub(".", function() n = n + 1 events.tick(n) end)',
    ],
    ['JavaScript', javascript, 'for (let i = 1; i <= 20000; i++) events.tick(i)'],
  ] as const)('come in order, each once, all before the outcome: %s', async (_, start, code) => {
    const got: number[] = [];
    const { kind, usage } = await start(code, { events: { tick: (i) => void got.push(i as number) } });
    expect([kind, usage.hostCalls]).toEqual(['completed', 20000]);
    expect(got.length).toBe(20000);
    expect(got.every((value, index) => value === index + 1)).toBe(true);
  });

  it('end the task if their listener throws', async () => {
    const { kind, error } = await lua('events.tick() while true do end', {
      events: {
        tick: () => {
          throw new Error('not wanted');
        },
      },
    });
    expect([kind, error?.message]).toEqual(['cancelled', 'the task was cancelled: not wanted']);
  });
});
