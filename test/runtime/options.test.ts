import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StintError } from '#stint/errors/stint-error';
import { DEFAULT_LIMITS } from '#stint/runtime/limits';
import { resolveRunOptions } from '#stint/runtime/run-options';
import { resolveRuntimeOptions } from '#stint/runtime/runtime-options';
import { type ModuleSource, resolveSource } from '#stint/runtime/source';

function refusalOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof StintError && error.code === 'INVALID_ARGUMENT') return error.message;
    throw error;
  }
  return 'accepted';
}

const runtimeOptions = (options: unknown) => refusalOf(() => resolveRuntimeOptions(options));
const runOptions = (options: unknown) => refusalOf(() => resolveRunOptions(options, DEFAULT_LIMITS, 'lua'));
const source = (value: unknown) => refusalOf(() => resolveSource(value));

describe('options', () => {
  it('have the documented defaults', () => {
    expect(resolveRuntimeOptions(undefined)).toMatchObject({
      slots: 16,
      queue: 1024,
      grace: 100,
      limits: DEFAULT_LIMITS,
    });
  });

  it('take durations and sizes with units', () => {
    const { limits } = resolveRunOptions(
      { limits: { timeout: '1.5s', memory: '8mb', output: '1kb' } },
      DEFAULT_LIMITS,
      'lua',
    );
    expect(limits).toEqual({
      timeout: 1500,
      turn: Number.POSITIVE_INFINITY,
      memory: 8 * 1024 ** 2,
      output: 1024,
      hostCalls: 100_000,
    });
    expect(resolveRunOptions({ limits: { timeout: null } }, DEFAULT_LIMITS, 'lua').limits.timeout).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  for (const field of ['threads', 'slots', 'queue']) {
    for (const value of [Number.NaN, -1, 1.5, 1e12, Number.POSITIVE_INFINITY, '4', null, {}, 2n]) {
      it(`names options.${field} and the value when it is ${typeof value} ${String(value)}`, () => {
        expect(runtimeOptions({ [field]: value })).toMatch(new RegExp(`^options\\.${field} is .* must be`));
      });
    }
  }

  for (const [field, values] of Object.entries({
    timeout: [Number.NaN, -5, 0, 1e18, '5 parsecs', '5h', 'abc', '', true, []],
    memory: [Number.NaN, -1, 0, 1, 1.5, 1e18, '1tb', '64', {}],
    output: [Number.NaN, -1, 1e18, '1x'],
    hostCalls: [Number.NaN, -1, 1.5, 2 ** 60, '3'],
  })) {
    for (const value of values) {
      it(`names options.limits.${field} and the value when it is ${JSON.stringify(value)}`, () => {
        expect(runOptions({ limits: { [field]: value } })).toMatch(
          new RegExp(`^options\\.limits\\.${field} is .* must be`),
        );
      });
    }
  }

  it('name an unknown key and what there is instead', () => {
    expect(runtimeOptions({ thread: 2 })).toContain('options.thread is not an option; the options are name, threads');
    expect(runOptions({ limits: { timeOut: 1 } })).toContain('options.limits.timeOut is not an option');
    expect(runOptions({ arguments: [] })).toContain('options.arguments is not an option');
  });

  it('refuse what is not an object, and getters that throw', () => {
    expect(runtimeOptions(null)).toContain('options is null');
    expect(runtimeOptions('fast')).toContain("options is 'fast'");
    expect(runOptions({ limits: [] })).toContain('options.limits is []');
    expect(
      runOptions({
        get args() {
          throw new Error('boom');
        },
      }),
    ).toContain('options.args cannot be read: boom');
  });

  it('refuse wrong signals, callbacks, priorities and arguments', () => {
    expect(runOptions({ functions: new Map([['f', () => 1]]) })).toMatch(
      /^options\.functions is .*; it must be an object/,
    );
    expect(runOptions({ signal: {} })).toContain('options.signal');
    expect(runOptions({ output: 'stdout' })).toContain('options.output');
    expect(runOptions({ priority: 1e9 })).toContain('options.priority');
    expect(runOptions({ args: 'a' })).toContain('options.args');
  });
});

describe('source', () => {
  it('is refused with the field and the value', () => {
    expect(source(undefined)).toContain('source is undefined');
    expect(source({})).toContain('source.language');
    expect(source({ language: 'perl', code: '' })).toContain("source.language is 'perl'");
    expect(source({ language: 'lua' })).toContain('source.code');
    expect(source({ language: 'lua', code: 5 })).toContain('source.code is 5');
    expect(source({ language: 'lua', code: '', nam: 'x' })).toContain('source.nam is not an option');
    expect(source({ file: 'a.py' })).toContain("source.file is 'a.py'");
    expect(source({ file: 7 })).toContain('source.file is 7');
    expect(source({ file: new URL('https://example.com/a.lua') })).toContain('source.file');
  });

  it('may be the text of a file: URL, and of no other', () => {
    for (const file of [
      'http://x/y.lua',
      'file://host/y.lua',
      new URL('http://x/y.lua'),
      new URL('file://host/y.lua'),
    ]) {
      expect(source({ file })).toMatch(/^source\.file is .*; it must be a path or a file: URL$/);
    }
    expect(source({ module: 'http://x/y.mjs' })).toMatch(/^source\.module is .*; it must be a path or a file: URL$/);
    expect(source({ file: 'file:///x/y.lua' })).toBe('accepted');
  });

  it('that is a relative path to a module is one in the directory that is current now', () => {
    const before = process.cwd();
    onTestFinished(() => process.chdir(before));
    const urlOf = () => (resolveSource({ module: './m.mjs' }) as ModuleSource).url;
    expect(urlOf()).toBe(pathToFileURL(join(before, 'm.mjs')).href);
    process.chdir('/');
    expect(urlOf()).toBe('file:///m.mjs');
  });

  it('of more than 16 MiB is refused', () => {
    expect(source({ language: 'lua', code: ' '.repeat(16 * 1024 ** 2) })).toBe('accepted');
    expect(source({ language: 'lua', code: ' '.repeat(16 * 1024 ** 2 + 1) })).toContain('has 16777217 bytes');
  });
});
