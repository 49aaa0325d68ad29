import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Interruptible } from './interruptible.js';

let lua: Interruptible;
beforeAll(async () => {
  lua = await Interruptible.start();
});
afterAll(() => lua.close());

/** A loop that tells when it is reached, so that a stop comes while it runs. */
const FOREVER = "print('running') while true do end";

/** Runs a script up to its first output, then stops it. */
async function stopped(code: string) {
  lua.run(code.includes('running') ? code : `print('running') ${code}`);
  await lua.next('wrote');
  lua.stop();
  return (await lua.next('stepped')).step.kind;
}

/** Proves that the engine still works, in the same cell. */
async function works(): Promise<boolean> {
  lua.run('return coroutine.wrap(function() return 42 end)()');
  const { step } = await lua.next('stepped');
  await lua.next('closed');
  return step.kind === 'completed' && step.value === 42;
}

describe('a stop ends what loops in', () => {
  test.each([
    ['a while loop', FOREVER],
    ['a goto', '::a:: goto a'],
    ['a numeric for', 'for i = 1, math.huge do end'],
    ['tail calls', 'local function f() return f() end f()'],
    ['a pcall that swallows errors', `while true do pcall(function() ${FOREVER} end) end`],
    ['coroutines', `while true do local co = coroutine.wrap(function() ${FOREVER} end) pcall(co) end`],
    [
      'a coroutine in a coroutine',
      `coroutine.wrap(function() coroutine.wrap(function() ${FOREVER} end)() ${FOREVER} end)()`,
    ],
    [
      '__index under pcall',
      "local t = setmetatable({}, {__index = function(t, k) return t[k .. ''] end}) while true do pcall(function() return t.x end) end",
    ],
    ['a __close handler', `do local x <close> = setmetatable({}, {__close = function() ${FOREVER} end}) end`],
    ['a gsub callback', `string.gsub('aaa', '.', function() ${FOREVER} end)`],
    [
      'a sort comparator that lies',
      'local t = {} for i = 1, 200 do t[i] = i end while true do pcall(table.sort, t, function() return true end) end',
    ],
    ['a coroutine as comparator', `table.sort({3, 1, 2}, coroutine.wrap(function() ${FOREVER} end))`],
    ['a message handler', `xpcall(error, function() ${FOREVER} end)`],
    [
      'a message handler where no yield is allowed',
      `while true do xpcall(table.sort, function() ${FOREVER} end, {3, 2, 1}, function() ${FOREVER} end) end`,
    ],
    ['a finalizer', `setmetatable({}, {__gc = function() ${FOREVER} end}) collectgarbage()`],
    [
      'many finalizers',
      `for i = 1, 20 do setmetatable({}, {__gc = function() ${FOREVER} end}) end collectgarbage() ${FOREVER}`,
    ],
    ['a reader of load', `load(function() ${FOREVER} end)`],
    ['the __tostring of an error', `error(setmetatable({}, {__tostring = function() ${FOREVER} end}))`],
    ['a tail call of pcall', `return pcall(table.sort, {2, 1}, function() ${FOREVER} end)`],
  ])('%s', async (_, code) => {
    expect(await stopped(code)).toBe('stopped');
    const closed = await lua.next('closed');
    expect(closed.counts.live).toBe(0);
    expect(await works()).toBe(true);
  });
});

describe('after a stop', () => {
  test('no handler of the script sees it, and what follows in the script does not run', async () => {
    lua.run(`print(pcall(function() ${FOREVER} end))`);
    await lua.next('wrote');
    lua.stop();
    expect((await lua.until('closed')).map((message) => message.kind)).toEqual(['stepped', 'closed']);
  });

  test('pending <close> handlers run, the innermost first, through coroutines', async () => {
    const guard = (name: string): string =>
      `local g <close> = setmetatable({}, {__close = function() print('close ${name}') end})`;
    expect(await stopped(`${guard('outer')} coroutine.wrap(function() ${guard('inner')} ${FOREVER} end)()`)).toBe(
      'stopped',
    );
    const texts = (await lua.until('closed')).map((message) => (message.kind === 'wrote' ? message.text : ''));
    expect(texts.filter((text) => text !== '')).toEqual(['close inner\n', 'close outer\n']);
  });

  test.each([
    ['a <close> handler', `local g <close> = setmetatable({}, {__close = function() ${FOREVER} end}) ${FOREVER}`],
    ['a finalizer', `G = setmetatable({}, {__gc = function() ${FOREVER} end}) ${FOREVER}`],
    ['many finalizers', `for i = 1, 9 do _G[i] = setmetatable({}, {__gc = function() ${FOREVER} end}) end ${FOREVER}`],
  ])('%s that loops during close is ended by a second stop', async (_, code) => {
    expect(await stopped(code)).toBe('stopped');
    await lua.next('wrote');
    lua.stop();
    expect((await lua.next('closed')).counts.live).toBe(0);
    expect(await works()).toBe(true);
  });
});

describe('a break ends what Lua cannot be stopped in', () => {
  test.each([
    ['a pattern', "string.find(string.rep('a', 20000), '.-.-.-.-b')"],
    ['a repetition of nothing', "string.rep('', 1 << 40)"],
    ['a huge table.move', 'table.move({}, 1, 1 << 60, 2)'],
  ])('%s, and the engine makes the next VM in a new cell', async (_, code) => {
    lua.run(`print('running') ${code}`);
    await lua.next('wrote');
    const { counts } = await lua.breakOff();
    expect(counts.live).toBe(0);
    expect(await works()).toBe(true);
  });
});
