import { describe, expect, test } from 'vitest';
import { resultOf, runLua } from './run-lua.js';

const names = (table: string): string =>
  String(
    resultOf(`local n = {} for k in pairs(${table}) do n[#n + 1] = k end table.sort(n) return table.concat(n, ' ')`),
  );

describe('the closed set of libraries', () => {
  test.each([
    [
      '_G',
      '_G _VERSION arg assert channel collectgarbage coroutine debug error events functions getmetatable http io ipairs load ' +
        'math next os pairs pcall print rawequal rawget rawlen rawset select setmetatable sleep string table tcp time tonumber ' +
        'tool tostring type utf8 warn xpcall',
    ],
    ['os', 'clock date difftime time'],
    ['io', 'read stderr stdout write'],
    ['debug', 'getinfo traceback'],
    ['coroutine', 'close create isyieldable resume running status wrap yield'],
    ['string', 'byte char find format gmatch gsub len lower match pack packsize rep reverse sub unpack upper'],
  ])('%s holds exactly what is allowed', (table, expected) => {
    expect(names(table)).toBe(expected);
  });

  test('bytecode is refused by load, whatever mode it asks for', () => {
    expect(resultOf(String.raw`return (load('\27Lua', 'x', 'b'))`)).toBe(null);
    expect(resultOf('return (load("return 1", "x", "b"))')).toBe(null);
    expect(resultOf('return load("return ...", "x", "bt")(7), load("return y", "x", "t", {y = 8})()')).toEqual([7, 8]);
  });

  test('functions of the engine cannot be had to read as a table what is none', () => {
    expect(resultOf('return { getmetatable(tool), getmetatable(tool.x), getmetatable(io.stdout) }')).toEqual([
      false,
      false,
      false,
    ]);
    // Whatever gives the function away all the same: it looks at what it gets.
    expect(resultOf('return rawget(tool, 1), #tool, tool[1] == nil, rawequal(tool.x, tool.x)')).toEqual([
      null,
      0,
      true,
      false,
    ]);
  });

  test('the main chunk looks like the main thread', () => {
    expect(
      resultOf(`
        local function ask() return select(2, coroutine.running()), coroutine.isyieldable() end
        local main, yieldable = ask()
        local ok, message = pcall(coroutine.yield, 1)
        return main, yieldable, ok, message, coroutine.wrap(ask)()`),
    ).toEqual([true, false, false, 'attempt to yield from outside a coroutine', false, true]);
  });

  test('scripts that start together do not draw the same random numbers', () => {
    const draw = 'return math.random(0)';
    expect(resultOf(draw)).not.toBe(resultOf(draw));
  });

  test.each(['os.date("*t", 2^60)', 'os.date("!%Y", 2^60)', 'os.date("!*t", 67767976233532799)'])(
    'a moment that no calendar shows is an error: %s',
    (call) => {
      expect(resultOf(`return pcall(function() return ${call} end)`)).toEqual([
        false,
        expect.stringMatching(/^script:1: date result cannot be represented/),
      ]);
    },
  );

  test('os.date and os.time agree with the calendar', () => {
    expect(resultOf(`return os.date('!%Y-%m-%d %H:%M:%S %a %b %j %U %V %G %p', 1700000000)`)).toBe(
      '2023-11-14 22:13:20 Tue Nov 318 46 46 2023 PM',
    );
    expect(resultOf(`return os.date('!%V %G %u', 1609459200)`)).toBe('53 2020 5');
    const local = new Date(2024, 1, 31, 12).getTime() / 1000;
    expect(
      resultOf('return os.time{year = 2024, month = 2, day = 31}, os.date("*t", ...).month', { args: [local] }),
    ).toEqual([local, 3]);
  });
});

describe('output', () => {
  test('print honours __tostring; io.write takes strings and numbers; stderr is apart', () => {
    const { stdout, stderr } = runLua(`
      print(1, 1.0, nil, setmetatable({}, {__tostring = function() return 'T' end}))
      io.write('a', 2, 0.5):write('b')
      io.stderr:write('oops')`);
    expect([stdout, stderr]).toEqual(['1\t1.0\tnil\tT\na20.5b', 'oops']);
  });

  test('a character that is split over two writes comes out whole, what is not UTF-8 is replaced', () => {
    expect(runLua(String.raw`io.write('\xf0\x9f') io.write('\x99\x82') io.write('\xff', 'x', '\xc3')`).stdout).toBe(
      '🙂\ufffdx\ufffd',
    );
  });

  test('a script whose output is refused ends as if it were stopped', () => {
    let writes = 0;
    const { step } = runLua('while true do pcall(print, "x") end', {
      write: () => {
        writes += 1;
        return writes < 3;
      },
    });
    expect([step.kind, writes]).toEqual(['stopped', 3]);
  });
});
