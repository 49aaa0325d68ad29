import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { callSync, closeSharedRuntime, isStintError, makeSync, runSync, sharedRuntime } from '#stint/index';

const url = (file: string) => new URL(`modules/${file}`, import.meta.url);
const ends = url('ends.mjs');
const stops = url('stops.mjs');
afterAll(closeSharedRuntime);

/** The code of what a call throws. */
function codeOf(call: () => unknown): string {
  try {
    return `returned ${call()}`;
  } catch (error) {
    return isStintError(error) ? error.code : String(error);
  }
}

describe('a synchronous call', () => {
  it('returns what a function of a module returns, or what its promise settles with', () => {
    expect(callSync(ends, [21])).toBe(42);
    expect(callSync(ends, [1], { export: 'later' })).toBe(2);
    const double = makeSync<(x: number) => Promise<number>>(ends);
    expect(double(4)).toBe(8);
    const untyped = makeSync(ends, { export: 'later' });
    expect(untyped(1)).toBe(2);
  });

  it('runs scripts of every language, from texts and from files', () => {
    expect(runSync({ language: 'lua', code: 'return ... * 2' }, { args: [4] })).toBe(8);
    expect(runSync({ language: 'typescript', code: 'const x: number = 4; x * 2' })).toBe(8);
    expect(runSync({ file: new URL('../../examples/scripts/sudoku.ts', import.meta.url) })).toBeDefined();
    expect(codeOf(() => runSync({ file: 'nowhere.lua' }))).toBe('INVALID_ARGUMENT');
  });

  it('throws an error that tells who called, and where the function threw', () => {
    function caller() {
      return callSync(ends, [], { export: 'fails' });
    }
    expect(caller).toThrow(
      expect.objectContaining({
        stack: expect.stringMatching(/caller .*sync\.test/s),
        cause: expect.objectContaining({ code: 'E_NO_GOOD', stack: expect.stringContaining('ends.mjs') }),
      }),
    );
  });

  it('takes and returns payloads of any size', () => {
    const bytes = new Uint8Array(32 * 1024 ** 2).fill(7);
    const back = callSync<Uint8Array>(url('talks.mjs'), [bytes], { export: 'same' });
    expect([back.length, back[12_345_678]]).toEqual([bytes.length, 7]);
    const list = Array.from({ length: 10_000 }, (_, i) => ({ i }));
    expect(callSync(url('talks.mjs'), [list], { export: 'same' })).toEqual(list);
  });

  it('throws what the function threw, with its trace', () => {
    expect(() => callSync(ends, [], { export: 'fails' })).toThrow(
      expect.objectContaining({
        code: 'SCRIPT_ERROR',
        message: 'no good',
        traceback: expect.stringMatching(/ends\.mjs:/),
      }),
    );
  });

  it.each([
    ['a loop', 'ignores'],
    ['a loop after an await', 'ignoresLater'],
    ['a promise that never settles', 'never'],
  ])('holds its deadline although the caller is blocked: %s', (_, name) => {
    expect(codeOf(() => callSync(stops, [], { export: name, limits: { timeout: 100 } }))).toBe('TIMEOUT');
    expect(callSync(stops, [], { export: 'stateOf' })).toBe('fresh');
  });

  it('survives the death of its thread', () => {
    expect(codeOf(() => callSync(ends, [], { export: 'dies', limits: { timeout: 100 } }))).toMatch(/TIMEOUT|TASK_LOST/);
    expect(callSync(ends, [1])).toBe(2);
  });

  it('can be cancelled by another thread', async () => {
    const cancel = new Int32Array(new SharedArrayBuffer(4));
    const code = 'const { workerData } = require("node:worker_threads"); Atomics.store(workerData, 0, 1)';
    const other = new Worker(code, { eval: true, workerData: cancel });
    expect(codeOf(() => callSync(stops, [], { export: 'heeds', cancel }))).toBe('CANCELLED');
    await once(other, 'exit');
  });

  it('refuses what would need the event loop', () => {
    const options = { functions: {} } as object;
    expect(codeOf(() => callSync(ends, [1], options))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => callSync(ends, [1], { cancel: new Int32Array(1) }))).toBe('INVALID_ARGUMENT');
  });

  it('leaves the runtime as it was for calls that are not synchronous', async () => {
    const runtime = sharedRuntime();
    const sleeping = runtime.run({ language: 'lua', code: 'sleep(50) return "slept"' });
    expect(runtime.runSync({ module: ends }, { args: [3] })).toBe(6);
    expect(await sleeping).toBe('slept');
    expect(await runtime.run({ module: ends }, { args: [4] })).toBe(8);
    expect(runtime.stats().live).toBe(0);
  });

  it('may be nested four deep, and is refused beyond that', () => {
    expect(callSync(url('nested.mjs'), [3])).toBe(3);
    expect(callSync(url('nested.mjs'), [9])).toBe('111NESTED_SYNC');
  });

  it('may come from any thread, from many at once', async () => {
    const threads = Array.from({ length: 4 }, () => new Worker(url('calls-sync.mjs'), { workerData: ends.href }));
    const exits = threads.map((thread) => once(thread, 'exit'));
    const answers = await Promise.all(threads.map((thread) => once(thread, 'message')));
    expect(answers).toEqual([[40], [40], [40], [40]]);
    await Promise.all(exits);
  });
});
