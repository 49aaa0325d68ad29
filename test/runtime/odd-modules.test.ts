import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openRuntime } from '../open-runtime.js';

const of = (file: string, name = 'default') => ({
  module: new URL(`modules/${file}`, import.meta.url),
  export: name,
});
const odd = (name: string) => of('odd.mjs', name);

/** A file in a directory that goes with the test. */
function write(name: string, content: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'stint-odd-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, name);
  writeFileSync(file, content);
  return file;
}

const make = () => openRuntime({ threads: 1, limits: { timeout: '5s' } });

describe('the trace of an error that stint throws', () => {
  it.each([
    ['asksBadly', 4],
    ['asksInVain', 5],
  ])('is of the module that asked for what cannot be: %s', async (name, line) => {
    const runtime = await make();
    const { error } = await runtime.start(odd(name), { functions: { add: () => null } }).outcome;
    expect(error).toMatchObject({
      line,
      traceback: expect.stringMatching(new RegExp(`at ${name} .*odd\\.mjs:${line}:`)),
    });
    expect(error?.traceback).not.toMatch(/worker|engines/);
  });
});

describe('what is thrown, or given, however odd', () => {
  it('keeps its class if it is an error of another realm', async () => {
    const runtime = await make();
    const { error } = await runtime.start(odd('throwsOfOtherRealm')).outcome;
    expect(error).toMatchObject({ message: 'of a context', scriptErrorName: 'RangeError' });
    expect(error?.cause).toBeInstanceOf(RangeError);
    expect(error?.cause).toMatchObject({ code: 'E_CONTEXT' });
    expect(await runtime.run(odd('givesOfOtherRealm'))).toBeInstanceOf(RangeError);
    const code = 'local _, e = pcall(functions.f) return tostring(e), e.code';
    const functions = {
      f: () => runInNewContext("throw Object.assign(new TypeError('no good'), { code: 'E_CONTEXT' })"),
    };
    expect(await runtime.run({ language: 'lua', code }, { functions })).toEqual([
      expect.stringContaining('no good'),
      'E_CONTEXT',
    ]);
  });

  it.each([
    ['throwsRevoked', 'SCRIPT_ERROR', 'Revoked Proxy'],
    ['givesTrap', 'VALUE_NOT_TRANSFERABLE', 'a proxy'],
  ])('ends its task, and nothing else: %s', async (name, code, message) => {
    const runtime = await make();
    const { error } = await runtime.start(odd(name)).outcome;
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(error?.message).not.toContain('the engine failed');
    expect(await runtime.run(of('ends.mjs'), { args: [1] })).toBe(2);
    expect(runtime.stats().threads.started).toBe(1);
  });
});

describe('a module that is an object', () => {
  it('has its methods called as such, and fails with what its getters throw', async () => {
    const runtime = await make();
    expect(await runtime.run(of('whole.cjs', 'times'), { args: [2] })).toBe(6);
    const { error } = await runtime.start(of('whole.cjs', 'late')).outcome;
    expect(error).toMatchObject({ message: 'not yet', scriptErrorName: 'RangeError', line: 4 });
  });
});

describe('a module that makes its thread unusable', () => {
  it('has it replaced', async () => {
    const runtime = await make();
    await runtime.start(odd('removesPromise')).outcome;
    await runtime.start(of('ends.mjs')).outcome;
    expect(await runtime.run(of('ends.mjs'), { args: [1] })).toBe(2);
    expect(runtime.stats().threads.started).toBe(2);
  });
});

describe('a result that cannot be cloned', () => {
  it.each([
    ['behindMap', 'result.list[0] cannot cross between script and host: it is a function'],
    ['withinMap', "result.get('a').b cannot cross between script and host: it is a symbol"],
    ['behindCycle', 'result.weak cannot cross between threads: #<WeakMap> could not be cloned'],
    ['port', 'result.port cannot cross between threads: Object that needs transfer'],
    ['twice', 'result cannot cross between threads: Transfer list contains duplicate'],
  ])('is blamed on the part that cannot be, not on what can: %s', async (what, message) => {
    const runtime = await make();
    const { error } = await runtime.start(odd('default'), { args: [what] }).outcome;
    expect(error).toMatchObject({ code: 'VALUE_NOT_TRANSFERABLE', message: expect.stringContaining(message) });
  });
});

describe('a module that could not be loaded', () => {
  it.each([
    ['a.mjs', 'export default = ;'],
    ['b.mjs', 'throw new Error("no")'],
    ['c.cjs', 'throw new Error("no")'],
    ['d.ts', 'const = ;'],
  ])('is loaded anew by the next task: %s', async (name, content) => {
    const runtime = await make();
    const module = write(name, content);
    expect((await runtime.start({ module }).outcome).error?.message).toMatch(/cannot load/);
    writeFileSync(module, name.endsWith('.cjs') ? 'exports.default = () => 5' : 'export default () => 5');
    expect(await runtime.run({ module })).toBe(5);
  });
});

describe('a module that is reached by a link', () => {
  it.each([
    ['module.cjs', 'let n = 0; exports.count = () => ++n; exports.loop = () => { for (;;); };'],
    ['module.mjs', 'let n = 0; export const count = () => ++n; export const loop = () => { for (;;); };'],
  ])('is the same, and is loaded anew by either name after a break: %s', async (name, content) => {
    const runtime = await make();
    const module = write(name, content);
    const link = join(module, '..', `link-${name}`);
    symlinkSync(module, link);
    const count = (path: string) => runtime.run({ module: path, export: 'count' });
    expect([await count(link), await count(module), await count(link)]).toEqual([1, 2, 3]);
    const looped = await runtime.start({ module: link, export: 'loop' }, { limits: { timeout: 50 } }).outcome;
    expect(looped.rung).toBe('break');
    expect([await count(module), await count(link)]).toEqual([1, 2]);
    runtime.reloadModules();
    expect([await count(link), await count(module)]).toEqual([1, 2]);
    expect(runtime.stats().threads.started).toBe(1);
  });
});
