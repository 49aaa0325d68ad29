import { describe, expect, test } from 'vitest';
import { engine, errorOf, MIB, resultOf, runLua } from './run-lua.js';

describe('errors of a script', () => {
  test('an error has its message, line and traceback in the terms of the script', () => {
    const error = errorOf('local function f()\n  local x\n  return x.y.z\nend\nlocal r = f()\nreturn r', {
      name: 'a.lua',
    });
    expect(error).toEqual({
      code: 'SCRIPT_ERROR',
      language: 'lua',
      message: "a.lua:3: attempt to index a nil value (local 'x')",
      line: 3,
      traceback: "stack traceback:\n\ta.lua:3: in local 'f'\n\ta.lua:5: in main chunk",
    });
  });

  test('a syntax error has its own code and line', () => {
    expect(errorOf('\n\nfor')).toMatchObject({ code: 'SCRIPT_SYNTAX', line: 3 });
    expect(errorOf('\x1bLua')).toMatchObject({ code: 'SCRIPT_SYNTAX' });
  });

  test.each([
    ["error({message = 'from a table'})", 'from a table'],
    ["error(setmetatable({}, {__tostring = function() return 'as text' end}))", 'as text'],
    ['error({})', '(error object is a table value)'],
    ['error()', '(error object is a nil value)'],
    ['error(setmetatable({}, {__tostring = error}))', '(error object is a table value)'],
    ['error(42)', '42'],
    ["string.rep('x', 2, print)", "script:1: bad argument #3 to 'rep' (string expected, got function)"],
  ])('%s fails with a text', (code, message) => {
    expect(errorOf(code)).toMatchObject({ code: 'SCRIPT_ERROR', message, line: 1 });
  });

  test('a byte order mark and a #! line keep the line numbers', () => {
    expect(errorOf("\ufeff#!/usr/bin/lua\nerror('x')")).toMatchObject({ message: 'script:2: x', line: 2 });
  });

  test('a long name is shortened as Lua does, and the line is found', () => {
    expect(errorOf("error('x')", { name: `/${'long/'.repeat(30)}file.lua` })).toMatchObject({ line: 1 });
  });

  test('deep recursion is an ordinary error, in Lua, in C and in the parser', () => {
    expect(errorOf('local function f() return 1 + f() end return f()').message).toMatch(/stack overflow$/);
    expect(errorOf("local function f() return (('x'):gsub('x', f)) end return f()").message).toMatch(
      /C stack overflow/,
    );
    expect(errorOf('local function f() return coroutine.wrap(f)() end return f()').message).toMatch(/C stack overflow/);
    expect(errorOf(`return ${'('.repeat(1000)}1${')'.repeat(1000)}`).message).toMatch(/C stack overflow/);
  });
});

describe('the memory limit', () => {
  test.each([
    'local t = {} while true do t[#t + 1] = {} end',
    "local s = 'x' while true do s = s .. s end",
    'local t = {} for i = 1, 1e9 do t[i] = coroutine.create(print) end',
    'return table.concat({("x"):rep(2^22), ("y"):rep(2^22)})',
  ])('%s ends as out of memory and never holds more than its limit', (code) => {
    const { step, peak } = runLua(code, { memory: 8 * MIB });
    expect(step).toMatchObject({ kind: 'failed', outOfMemory: true, error: { code: 'OUT_OF_MEMORY' } });
    expect(peak).toBeLessThanOrEqual(8 * MIB);
  });

  test('arguments and source count too', () => {
    expect(errorOf('return 1', { memory: MIB, args: ['x'.repeat(2 * MIB)] }).code).toBe('OUT_OF_MEMORY');
    expect(errorOf(`return 1 --${'x'.repeat(2 * MIB)}`, { memory: MIB }).code).toBe('OUT_OF_MEMORY');
    expect(errorOf('return 1', { memory: 1000 }).code).toBe('OUT_OF_MEMORY');
  });

  test('a script may catch it and go on', () => {
    expect(resultOf("return pcall(string.rep, 'x', 2^24)", { memory: MIB })).toEqual([false, 'not enough memory']);
  });

  test("a script that raises Lua's own message has not run out of memory", () => {
    expect(runLua("error('not enough memory', 0)").step).toMatchObject({ kind: 'failed', outOfMemory: false });
  });
});

describe('the cells', () => {
  test('the table and the number of instances stay as they are over many tasks', () => {
    resultOf('return 1');
    const before = engine.counts();
    for (let i = 0; i < 500; i += 1) runLua('pcall(error) print(coroutine.wrap(function() return 1 end)()) return {}');
    expect(engine.counts()).toEqual(before);
  });

  test('a cell that a script has blown up is not kept', () => {
    const { instances } = engine.counts();
    resultOf("return #('x'):rep(30 * 2^20)");
    resultOf('return 1');
    expect(engine.counts().instances).toBe(instances + 1);
  });
});

test('the traceback of a recursion that never ended shows its innermost calls', () => {
  const { message, traceback } = errorOf('local function f() return 1 + f() end\nreturn f()');
  expect(message).toContain('stack overflow');
  const lines = (traceback ?? '').split('\n');
  expect(lines[1]).toBe("\tscript:1: in upvalue 'f'");
  expect([lines.length, lines.at(-1)]).toEqual([24, '\t...']);
});
