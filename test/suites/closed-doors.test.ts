import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime, type Runtime } from '#stint/index';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
});
afterAll(() => runtime.close());

const lua = (code: string) => runtime.run({ language: 'lua', code });
const javascript = (code: string) => runtime.run({ language: 'javascript', code });

describe('a Lua script', () => {
  it('has these globals and no others', async () => {
    const names = await lua('local t = {} for k in pairs(_G) do t[#t + 1] = k end table.sort(t) return t');
    expect((names as string[]).join(' ')).toBe(
      '_G _VERSION arg assert channel collectgarbage coroutine debug error events functions getmetatable http io ipairs load ' +
        'math next os pairs pcall print rawequal rawget rawlen rawset select setmetatable sleep string table tcp time ' +
        'tonumber tool tostring type utf8 warn xpcall',
    );
  });

  it('has no way to files, processes or the machine in its libraries', async () => {
    const names = await lua(`
      local t = {}
      for _, library in ipairs { "os", "io", "debug" } do
        for name in pairs(_G[library]) do t[#t + 1] = library .. "." .. name end
      end
      table.sort(t)
      return t`);
    expect((names as string[]).join(' ')).toBe(
      'debug.getinfo debug.traceback io.read io.stderr io.stdout io.write os.clock os.date os.difftime os.time',
    );
  });

  it('has ways out that are closed unless they are permitted', async () => {
    for (const code of ['http.request { url = "http://127.0.0.1:8080" }', 'tcp.listen("127.0.0.1", 0)', 'time.now()']) {
      await expect(lua(code)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    }
  });

  it('cannot load bytecode', async () => {
    expect(await lua('return string.dump == nil')).toBe(true);
    expect(await lua('local f, message = load("\\27Lua", "x", "b") return f == nil, message')).toEqual([
      true,
      expect.stringContaining('binary chunk'),
    ]);
    await expect(lua('\u001bLuaT')).rejects.toMatchObject({ code: 'SCRIPT_SYNTAX' });
  });

  it('leaves nothing for the next one', async () => {
    await lua('leak = 1 string.leak = 2 getmetatable("").leak = 3');
    expect(await lua('return leak == nil and string.leak == nil and getmetatable("").leak == nil')).toBe(true);
  });
});

describe('a JavaScript script', () => {
  it('has no global that a bare engine does not have, but its arguments, output and calls', async () => {
    const names = (await javascript('Object.getOwnPropertyNames(globalThis)')) as string[];
    expect(names).toEqual(expect.arrayContaining(['args', 'console', 'print']));
    const calls = ['functions', 'events', 'sleep', 'time', 'tcp', 'http', 'channel', 'tool'];
    const known = ['args', 'console', 'print', 'globalThis', 'undefined', ...calls];
    const functions = names.filter((name) => /^[a-z]/.test(name) && !known.includes(name));
    expect(functions.filter((name) => !(name in globalThis))).toEqual([]);
    for (const door of ['process', 'require', 'setTimeout', 'Worker', 'Buffer', 'module', 'WebAssembly', 'std', 'os']) {
      expect(names).not.toContain(door);
    }
  });

  it('has ways out that are closed unless they are permitted', async () => {
    for (const code of [
      'await fetch("http://127.0.0.1:8080")',
      'await tcp.connect("127.0.0.1", 1)',
      'await time.now()',
    ]) {
      await expect(javascript(code)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    }
  });

  it('cannot import anything', async () => {
    await expect(javascript('import "fs"')).rejects.toMatchObject({
      code: 'SCRIPT_ERROR',
      message: expect.stringContaining('fs'),
    });
    await expect(javascript('await import("node:fs")')).rejects.toMatchObject({ code: 'SCRIPT_ERROR' });
  });

  it('leaves nothing for the next one', async () => {
    await javascript('globalThis.leak = 1; Array.prototype.leak = 2; JSON.stringify = () => "no"; 1');
    expect(await javascript('[typeof leak, [].leak, JSON.stringify(1)]')).toEqual(['undefined', undefined, '1']);
  });

  it('cannot change what its result is by replacing built-in functions', async () => {
    const code =
      'Array.prototype.map = JSON.stringify = Object.keys = Promise.prototype.then = () => 0; ({ a: [1, { b: 2 }] })';
    expect(await javascript(code)).toEqual({ a: [1, { b: 2 }] });
  });
});
