import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { openRuntime } from '../open-runtime.js';

const of = (file: string, name = 'default') => ({
  module: new URL(`modules/${file}`, import.meta.url),
  export: name,
});
const odd = (name: string) => of('odd.mjs', name);

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
