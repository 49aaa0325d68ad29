import { once } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRuntime } from '#stint/index';
import { openRuntime as make } from '../open-runtime.js';

const module = new URL('modules/ends.mjs', import.meta.url);

/** Looks again and again, giving way to the event loop in between. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('threads', () => {
  it('start with the runtime', async () => {
    const runtime = await make({ threads: 2 });
    expect(runtime.stats().threads).toMatchObject({ count: 2, started: 2 });
  });

  it('start with the first tasks that need them if the runtime is not to be warm', async () => {
    const runtime = await make({ threads: 3, warm: false });
    expect(runtime.stats().threads).toMatchObject({ count: 0, started: 0 });
    for (let i = 0; i < 3; i += 1) expect(await runtime.run({ module }, { args: [i] })).toBe(2 * i);
    expect(runtime.stats().threads).toMatchObject({ count: 1, started: 1 });
    const both = [1, 2].map(() => runtime.run({ language: 'javascript', code: 'sleep(5).then(() => 1)' }));
    expect(await Promise.all(both)).toEqual([1, 1]);
    expect(runtime.stats().threads.count).toBeLessThanOrEqual(2);
    expect(runtime.stats().threads.lost).toBe(0);
  });

  it('start with a synchronous call too', async () => {
    const runtime = await make({ threads: 2, warm: false });
    expect(runtime.runSync({ language: 'lua', code: 'return 1' })).toBe(1);
    expect(runtime.stats().threads.count).toBe(1);
  });

  it('leave when they have nothing to do for the idle timeout, and come back for the next task', async () => {
    const runtime = await make({ threads: 2, idleTimeout: 20 });
    expect(await runtime.run({ module }, { args: [1] })).toBe(2);
    await until(() => runtime.stats().threads.count === 1);
    expect(await runtime.run({ module }, { args: [2] })).toBe(4);
    expect(await runtime.run({ language: 'lua', code: 'sleep(60) return 1' })).toBe(1);
    expect(runtime.stats()).toMatchObject({ live: 0, threads: { lost: 0 }, ended: { completed: 3, lost: 0 } });
  });

  it('are replaced after so many tasks, and those that they have still end', async () => {
    const runtime = await make({ threads: 1, recycle: { tasks: 10 } });
    const sleeping = Array.from({ length: 4 }, () => runtime.run({ language: 'lua', code: 'sleep(100) return 7' }));
    for (let i = 0; i < 12; i += 1) expect(await runtime.run({ module }, { args: [i] })).toBe(2 * i);
    expect(await Promise.all(sleeping)).toEqual([7, 7, 7, 7]);
    for (let i = 0; i < 25; i += 1) expect(await runtime.run({ module }, { args: [i] })).toBe(2 * i);
    const { started, lost } = runtime.stats().threads;
    expect(started).toBeGreaterThanOrEqual(3);
    expect(lost).toBe(0);
  });

  it('are replaced when they are too old', async () => {
    const runtime = await make({ threads: 1, recycle: { age: 1 } });
    expect(await runtime.run({ language: 'lua', code: 'sleep(5) return 1' })).toBe(1);
    expect(await runtime.run({ module }, { args: [2] })).toBe(4);
    expect(runtime.stats().threads.started).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ['threads', 'thread', '96mb', 40],
    ['processes', 'process', '512mb', 500],
  ] as const)('(%s) are replaced when they hold too much', async (kind, isolation, memory, megabytes) => {
    const runtime = await make({ threads: 1, isolation, recycle: { memory } });
    const holds = { module: new URL('modules/hoards.mjs', import.meta.url) };
    const first = await runtime.run(holds, { args: [megabytes] });
    let next: unknown;
    for (let i = 0; i < 20 && next !== first; i += 1) next = await runtime.run(holds, { args: [megabytes] });
    expect(next).toBe(first);
    expect(runtime.stats()[kind].started).toBeGreaterThanOrEqual(2);
    expect(runtime.stats()[kind].lost).toBe(0);
  });
});

describe('a thread that loads a large module anew, again and again', () => {
  it('is replaced before the copies, which Node keeps, fill its memory', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stint-copies-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const large = join(folder, 'large.mjs');
    writeFileSync(large, `export default (n) => n + 1;\n// ${'x'.repeat(4 * 1024 ** 2)}`);
    const runtime = await make({ threads: 1 });
    for (let i = 0; i < 8; i += 1) {
      expect(await runtime.run({ module: pathToFileURL(large) }, { args: [i] })).toBe(i + 1);
      runtime.reloadModules();
    }
    expect(runtime.stats().threads).toMatchObject({ count: 1, lost: 0 });
    expect(runtime.stats().threads.started).toBeGreaterThanOrEqual(2);
  });
});

describe('map', () => {
  it.each([null, 5, {}])('refuses %j as its inputs', async (inputs) => {
    const runtime = await make({ threads: 1 });
    expect(() => runtime.map({ module }, inputs as never)).toThrow(/inputs is .*; it must be something to go through/);
  });

  it('has no more tasks on their way than the runtime takes', async () => {
    const runtime = await make({ threads: 1, slots: 2, queue: 3 });
    const results: unknown[] = [];
    const inputs = Array.from({ length: 40 }, (_, i) => i);
    for await (const result of runtime.map({ language: 'lua', code: 'return ...' }, inputs, { concurrency: 100 }))
      results.push(result);
    expect(results).toEqual(inputs);
  });

  it('gives results in the order of the inputs, with no more tasks at once than it is told', async () => {
    const runtime = await make({ threads: 2, slots: 64 });
    let most = 0;
    const inputs = function* () {
      for (let i = 0; i < 50; i += 1) {
        most = Math.max(most, runtime.stats().live);
        yield i;
      }
    };
    const results: unknown[] = [];
    for await (const result of runtime.map({ module }, inputs(), { concurrency: 5 })) results.push(result);
    expect(results).toEqual(Array.from({ length: 50 }, (_, i) => 2 * i));
    expect(most).toBeLessThanOrEqual(5);
  });

  it('works for scripts, and takes inputs that come with time', async () => {
    const runtime = await make({ threads: 2 });
    const inputs = async function* () {
      for (const text of ['a', 'b', 'c']) yield text;
    };
    const results: unknown[] = [];
    const source = { language: 'lua', code: 'return (...):upper()' } as const;
    for await (const result of runtime.map(source, inputs())) results.push(result);
    expect(results).toEqual(['A', 'B', 'C']);
  });

  it('gives a result as soon as it is there, also while the next input has not come', async () => {
    const runtime = await make({ threads: 2, slots: 8 });
    let tell!: (text: string) => void;
    let left = 0;
    const inputs = async function* () {
      try {
        yield 'a';
        yield await new Promise<string>((resolve) => {
          tell = resolve;
        });
        yield 'wrong';
        yield await new Promise<string>(() => undefined);
      } finally {
        left += 1;
      }
    };
    const source = { language: 'lua', code: 'if ... == "wrong" then error("wrong") end return (...):upper()' } as const;
    const results = runtime.map(source, inputs(), { concurrency: 4 });
    expect(await results.next()).toEqual({ done: false, value: 'A' });
    const second = results.next();
    tell('b');
    expect(await second).toEqual({ done: false, value: 'B' });
    await expect(results.next()).rejects.toThrow(/wrong/);
    // The inputs are still to answer: nobody can have them clean up before.
    expect(left).toBe(0);
    const letters = runtime.map(source, new Set(['x', Promise.resolve('y')]), { concurrency: 1 });
    expect((await letters.next()).value).toBe('X');
    expect((await letters.next()).value).toBe('Y');
    expect((await letters.next()).done).toBe(true);
    for await (const letter of runtime.map(source, 'xyz')) {
      expect(letter).toBe('X');
      break;
    }
    expect(runtime.stats().live).toBe(0);
  });

  it('tells what its inputs throw after the results of those before it', async () => {
    const runtime = await make({ threads: 2, slots: 8 });
    const inputs = function* () {
      yield 1;
      yield 2;
      throw new RangeError('no third');
    };
    const results: unknown[] = [];
    const all = async (): Promise<void> => {
      for await (const result of runtime.map({ module }, inputs(), { concurrency: 4 })) results.push(result);
    };
    await expect(all()).rejects.toThrow(RangeError);
    expect(results).toEqual([2, 4]);
  });

  it.each([
    ['refuses what is no result of an iterator', () => 5, /the inputs gave 5/],
    ['ends where a loop would', () => ({ done: 1, value: 3 }), undefined],
  ])('%s', async (_, next, message) => {
    const runtime = await make({ threads: 1 });
    const inputs = { [Symbol.iterator]: () => ({ next }) } as unknown as Iterable<number>;
    const all = async (): Promise<void> => {
      for await (const _ of runtime.map({ module }, inputs)) throw new Error('there was none');
    };
    if (message === undefined) await all();
    else await expect(all()).rejects.toThrow(message);
  });

  it('ends with the first failure, and ends what is on its way', async () => {
    const runtime = await make({ threads: 2, slots: 8 });
    const source = { language: 'lua', code: 'if ... == 3 then error("three") end sleep(... * 1000)' } as const;
    const all = async (): Promise<void> => {
      for await (const _ of runtime.map(source, [0, 3, 100, 100], { concurrency: 4 }));
    };
    await expect(all()).rejects.toThrow(/three/);
    expect(runtime.stats().live).toBe(0);
  });

  it('ends what is on its way when the loop is left', async () => {
    const runtime = await make({ threads: 1, slots: 8 });
    for await (const result of runtime.map({ language: 'lua', code: 'sleep(... * 1000) return ...' }, [0, 100, 100])) {
      expect(result).toBe(0);
      break;
    }
    expect(runtime.stats().live).toBe(0);
    expect(() => runtime.map({ module }, [], { concurrency: 0 })).toThrow(/options\.concurrency is 0/);
  });
});

describe('a runtime with an idle timeout', () => {
  it('does not keep the process alive', async () => {
    const { spawn } = await import('node:child_process');
    const code = `import { createRuntime } from '#stint/index';
      const runtime = await createRuntime({ threads: 1, idleTimeout: '1m', recycle: { tasks: 1 } });
      console.log(await runtime.run({ language: 'lua', code: 'return 5' }));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    expect((await once(child, 'exit'))[0]).toBe(0);
    expect(output).toBe('5\n');
  });

  it.runIf(process.platform === 'linux')('leave no file open when they are ended while they still start', async () => {
    const open = (): string[] =>
      readdirSync('/proc/self/fd').flatMap((fd) => {
        try {
          return [readlinkSync(`/proc/self/fd/${fd}`)];
        } catch {
          // The directory that is being read.
          return [];
        }
      });
    const ofStint = (): string[] => open().filter((name) => name.includes('/dist/') && /\.(m?js|wasm)$/.test(name));
    for (let i = 0; i < 8; i += 1) {
      const runtime = await createRuntime({ threads: 2 });
      const task = runtime.start({ language: i % 2 === 0 ? 'lua' : 'javascript', code: '' });
      // Somewhere in the middle, another time each time.
      for (let turns = 0; turns < i * 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
      await runtime.close({ grace: 0 });
      await task.outcome;
    }
    expect(ofStint()).toEqual([]);
  });
});
