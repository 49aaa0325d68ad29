import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime, type Runtime, type ScriptLanguage } from '#stint/index';
import { PATIENT } from '../../open-runtime.js';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1, ...PATIENT });
});
afterAll(() => runtime.close());

const run = (code: string, language: ScriptLanguage = 'javascript') =>
  runtime.run({ language, code, name: 'script.js' });
const failureOf = (code: string, language: ScriptLanguage = 'javascript') =>
  run(code, language).then(
    (value) => ({ completed: value }),
    (error) => error,
  );

describe('the result of a script', () => {
  it.each([
    ['1 + 1', 2],
    ['const x = 5; x * 2', 10],
    ['await Promise.resolve(7)', 7],
    ['Promise.resolve([1, 2])', [1, 2]],
    ['export default { a: await 1 }', { a: 1 }],
    ['export const x = 1', undefined],
    ['', undefined],
    ['if (true) { 3 }', 3],
    ['#!/usr/bin/env node\n4', 4],
    ['\uFEFF5', 5],
  ])('of %j is %j', async (code, expected) => {
    expect(await run(code)).toEqual(expected);
  });

  it('keeps every kind of value that may cross', async () => {
    const value = {
      a: [1, -0, Number.NaN, 2n ** 80n, 'ü\ud800', null, undefined, true],
      d: new Date(9),
      b: new Uint8Array([1, 255]),
    };
    expect(await runtime.run({ language: 'javascript', code: 'args[0]' }, { args: [value] })).toEqual(value);
  });
});

describe('an error', () => {
  it('has the class, the message, the line and the calls of the script', async () => {
    expect(await failureOf('function f() {\n  null.x;\n}\n\nf();')).toMatchObject({
      code: 'SCRIPT_ERROR',
      scriptErrorName: 'TypeError',
      language: 'javascript',
      line: 2,
      traceback: expect.stringMatching(/^at f \(script\.js:2:\d+\)\nat script\.js:5:\d+$/),
    });
  });

  it('without a message has its class for one', async () => {
    expect(await failureOf('throw new RangeError()')).toMatchObject({ message: 'RangeError' });
    expect(await failureOf('await Promise.any([])')).toMatchObject({ message: 'AggregateError' });
  });

  it('in the syntax names its line', async () => {
    expect(await failureOf('let a = 1;\nlet b = ;')).toMatchObject({ code: 'SCRIPT_SYNTAX', line: 2 });
  });

  it('that is thrown after an await, or never awaited, fails the task', async () => {
    expect(await failureOf('await null; throw new RangeError("late")')).toMatchObject({
      scriptErrorName: 'RangeError',
      message: 'late',
    });
    expect(await failureOf('Promise.reject(new TypeError("nobody")); 5')).toMatchObject({ message: 'nobody' });
    expect(await run('const p = Promise.reject(1); p.catch(() => {}); 5')).toBe(5);
  });

  it('that is no Error has a sensible text', async () => {
    expect((await failureOf('throw "plain"')).message).toContain('plain');
    expect((await failureOf('throw { toString() { throw 1 } }')).code).toBe('SCRIPT_ERROR');
  });
});

describe('TypeScript', () => {
  it('keeps lines, with types stripped and with enums translated', async () => {
    expect(await failureOf('interface A {\n  x: number;\n}\nthrow new Error("four");', 'typescript')).toMatchObject({
      line: 4,
    });
    expect(
      await failureOf(
        'enum E {\n  A,\n  B,\n}\nconst f = (e: E): never => {\n  throw new Error("six");\n};\nf(E.B);',
        'typescript',
      ),
    ).toMatchObject({
      line: 6,
      language: 'typescript',
    });
  });

  it('with a syntax error says so in one line', async () => {
    const error = await failureOf('interface A { x: number }\nlet a: A = { x: ;', 'typescript');
    expect(error).toMatchObject({ code: 'SCRIPT_SYNTAX', line: 2 });
    expect(error.message).not.toContain('\n');
  });
});

describe('a VM', () => {
  it('has random numbers of its own', async () => {
    const numbers = await Promise.all(Array.from({ length: 20 }, () => run('Math.random()')));
    expect(new Set(numbers).size).toBe(20);
  });

  it('has a clock that goes on', async () => {
    const before = Date.now();
    const now = (await run('Date.now()')) as number;
    expect(now).toBeGreaterThanOrEqual(before - 1);
    expect(now).toBeLessThanOrEqual(Date.now() + 1);
  });

  it('does not run `finally` when it is stopped', async () => {
    let output = '';
    const outcome = await runtime.start(
      { language: 'javascript', code: 'try { for (;;); } finally { console.log("finally") }' },
      { limits: { timeout: 100 }, output: (chunk) => (output += chunk) },
    ).outcome;
    expect([outcome.kind, outcome.rung, output]).toEqual(['timed-out', 'stop', '']);
  });

  it('can be stopped while its result is read', async () => {
    const code = '({ get a() { for (;;); } })';
    const outcome = await runtime.start({ language: 'javascript', code }, { limits: { timeout: 100 } }).outcome;
    expect(outcome).toMatchObject({ kind: 'timed-out', rung: 'stop' });
  });

  it('can be stopped between two portions of endless promise jobs', async () => {
    const code = 'const again = () => Promise.resolve().then(again); console.log("on"); await again()';
    const endless = await new Promise<ReturnType<Runtime['start']>>((resolve) => {
      const task = runtime.start(
        { language: 'javascript', code },
        { output: () => queueMicrotask(() => resolve(task)) },
      );
    });
    expect(await endless.cancel()).toMatchObject({ kind: 'cancelled', rung: 'stop' });
  });

  it('that asks for too much memory ends out of memory, whatever it catches on the way', async () => {
    const code = 'const a = []; for (;;) { try { a.push(new Uint8Array(1e6)) } catch {} }';
    const outcome = await runtime.start({ language: 'javascript', code }, { limits: { memory: '8mb', timeout: 2000 } })
      .outcome;
    expect(['out-of-memory', 'timed-out']).toContain(outcome.kind);
    expect(await run('42')).toBe(42);
  });
});
