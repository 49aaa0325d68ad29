import { describe, expect, test } from 'vitest';
import type { Value } from '#stint/values/value';
import { errorOf, resultOf, runLua } from './run-lua.js';

const same = (value: Value): Value => resultOf('return (...)', { args: [value] });

describe('values that cross', () => {
  test.each<[string, Value]>([
    ['booleans', [true, false]],
    ['an integer at the bound', Number.MAX_SAFE_INTEGER],
    ['a fraction', 0.1],
    ['minus zero', -0],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a 64-bit integer', -(2n ** 63n)],
    ['text', 'grüße 🙂 \0 end'],
    ['bytes that are not UTF-8', Uint8Array.of(0xff, 0, 0x80)],
    ['nested arrays and objects', { a: [1, [2, { b: 'c' }]], d: {} }],
    ['an empty array', []],
    ['a key named __proto__', JSON.parse('{"__proto__": {"polluted": 1}}')],
  ])('%s come back as they went', (_, value) => {
    expect(same(value)).toStrictEqual(value);
  });

  test('a table in which a number and a text would be the same key does not', () => {
    expect(errorOf('return { x = { [1.5] = 1, ["1.5"] = 2 } }')).toMatchObject({
      code: 'VALUE_NOT_TRANSFERABLE',
      message: expect.stringContaining('result.x'),
    });
  });

  test('100 levels cross, 101 do not', () => {
    const nested = (levels: number): string => `local t = 1 for _ = 1, ${levels} do t = {t} end return t`;
    expect(runLua(nested(100)).step.kind).toBe('completed');
    expect(errorOf(nested(101)).code).toBe('VALUE_NOT_TRANSFERABLE');
  });

  test('a chunk without a return gives undefined, one value itself, several an array', () => {
    expect([resultOf('local x = 1'), resultOf('return nil'), resultOf('return 1, nil, "x"')]).toEqual([
      undefined,
      null,
      [1, null, 'x'],
    ]);
  });

  test('a table is an array only if its keys are exactly 1 to n', () => {
    expect(resultOf('return {{1, 2}, {1, nil, 3}, {[0] = 1}, {1, x = 2}, {[1.5] = 1, [2^70] = 2}, {}}')).toEqual([
      [1, 2],
      { 1: 1, 3: 3 },
      { 0: 1 },
      { 1: 1, x: 2 },
      { 1.5: 1, '1.1805916207174e+21': 2 },
      {},
    ]);
  });

  test('the arguments are `...` and, with the name of the script, the table arg', () => {
    expect(resultOf('return select("#", ...), arg[0], #arg, ...', { args: ['a', null, 3], name: 'x.lua' })).toEqual([
      3,
      'x.lua',
      3,
      'a',
      null,
      3,
    ]);
  });

  test('no metamethod runs while a result is read', () => {
    expect(resultOf('return setmetatable({1}, {__index = error, __len = error, __pairs = error})')).toEqual([1]);
  });
});

describe('values that do not cross', () => {
  test.each([
    ['return {items = {1, 2, print}}', 'result.items[3] cannot cross between script and host: it is a function'],
    ['return 1, coroutine.create(print)', 'result[2] cannot cross between script and host: it is a coroutine'],
    [
      'return {a = {[true] = 1}}',
      'result.a cannot cross between script and host: it is a table with a boolean as a key',
    ],
    [
      'local t = {} t.me = t return t',
      'result.me cannot cross between script and host: it is a cycle: it contains itself',
    ],
    ['return io.stdout', 'result cannot cross between script and host: it is a userdata'],
  ])('%s is refused with the path to it', (code, message) => {
    expect(errorOf(code)).toMatchObject({ code: 'VALUE_NOT_TRANSFERABLE', message });
  });

  test.each<[string, Value, string]>([
    ['a Date', { at: new Date(0) }, 'args[0].at'],
    ['half of a surrogate pair', ['\ud800'], 'args[0][0]'],
    ['an integer of more than 64 bits', 2n ** 63n, 'args[0]'],
  ])('%s as an argument is refused with the path to it', (_, value, path) => {
    const error = errorOf('return 1', { args: [value] });
    expect(error.code).toBe('VALUE_NOT_TRANSFERABLE');
    expect(error.message.startsWith(`${path} cannot cross`)).toBe(true);
  });
});
