import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LuaCell } from '#stint/engines/lua/cell';
import { consoleFunctions } from '#stint/engines/lua/console';
import { toolFunctions } from '#stint/engines/lua/host-library';
import { captureImage } from '#stint/engines/lua/image';
import { LuaState } from '#stint/engines/lua/lua-state';
import { loadLuaModule } from '#stint/engines/lua/module';
import { errorFunctions } from '#stint/engines/lua/push-answer';
import { createRuntime, type Runtime } from '#stint/index';

/** So many may be made in an idle moment, for later. */
const SPARES = 2;

/** So many scripts wait at once, at most. */
const WAITING = 8;

describe('the VMs that scripts run in one after the other', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ threads: 1 });
  });
  afterAll(() => runtime.close());
  const run = (code: string) => runtime.run({ language: 'lua', code });
  const instances = () => runtime.stats().engines.lua?.instances ?? 0;

  it.each([
    ['globals', 'left = "secret"', 'return left', null],
    ['changed libraries', 'string.upper = string.lower', 'return ("a"):upper()', 'A'],
    ['changed metatables', 'getmetatable("").__index = function() return "mine" end', 'return ("a"):rep(2)', 'aa'],
    ['deleted libraries', 'math, table, string = nil', 'return math.max(1, 2)', 2],
    ['the registry of loaded code', 'load("x = 1")()', 'return x', null],
  ])('show nothing of %s', async (_, first, second, expected) => {
    await run(first);
    expect(await run(second)).toEqual(expected);
  });

  it('are few, however many scripts there are, and whatever these did', async () => {
    for (let i = 0; i < 5; i += 1) await run('return 1');
    const before = instances();
    for (let i = 0; i < 200; i += 1) expect(await run(`local t = { ${i} } return t[1] * 2`)).toBe(2 * i);
    for (let i = 0; i < 10; i += 1) await expect(run('error("no")')).rejects.toThrow('no');
    expect(instances()).toBeLessThanOrEqual(before + SPARES);
  });

  it('are as many as wait beside each other, however many follow', async () => {
    const some = () => Promise.all(Array.from({ length: WAITING }, () => run('sleep(5) return 1')));
    const before = instances();
    for (let i = 0; i < 11; i += 1) await some();
    // How many wait at the same moment is up to the machine, but it is never more.
    expect(instances()).toBeLessThanOrEqual(before + WAITING + SPARES);
  });

  it('have random numbers of their own', async () => {
    const numbers = new Set<unknown>();
    for (let i = 0; i < 50; i += 1) numbers.add(await run('return math.random()'));
    expect(numbers.size).toBe(50);
  });
});

it('the memory of a cell is as it was at first when it has been rewound, to the byte', async () => {
  const module = await loadLuaModule();
  const functions = (cell: LuaCell) => ({ ...consoleFunctions(cell), ...errorFunctions(cell), ...toolFunctions(cell) });
  const model = new LuaCell(module, functions);
  const image = captureImage(model, [LuaState.make(model).addresses]);
  const fresh = Buffer.from(new LuaCell(module, functions, image).bytes);
  const cell = new LuaCell(module, functions, image);
  const [addresses] = image.states;
  const state = new LuaState(cell, addresses as never);
  cell.protect(state.main, () => {
    for (let i = 0; i < 10; i += 1) cell.pushString(state.main, `xyzzy ${i}`);
    cell.constant('a name of its own');
    return 0;
  });
  expect(cell.bytes.includes('xyzzy 9')).toBe(true);
  state.free();
  cell.rewind(image);
  expect(cell.bytes.equals(fresh)).toBe(true);
});
