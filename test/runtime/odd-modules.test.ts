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
    ['asksBadly', 3],
    ['asksInVain', 4],
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
