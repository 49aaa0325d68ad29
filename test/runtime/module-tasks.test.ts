import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Outcome, RunOptions, Runtime, RuntimeOptions } from '#stint/index';
import { openRuntime, PATIENT } from '../open-runtime.js';

const make = (options: RuntimeOptions = { threads: 1 }) => openRuntime(options);

const of = (file: string, name = 'default') => ({ module: new URL(`modules/${file}`, import.meta.url), export: name });
const ends = (name: string) => of('ends.mjs', name);
const stops = (name: string) => of('stops.mjs', name);
const talks = (name: string) => of('talks.mjs', name);

/** Runs a function that has to be ended at its deadline; its module is loaded before. */
async function late(runtime: Runtime, source: ReturnType<typeof of>, options: RunOptions = {}): Promise<Outcome> {
  await runtime.run({ ...source, export: 'ready' });
  return runtime.start(source, { ...options, limits: { timeout: 50 } }).outcome;
}

describe('a module task', () => {
  it('gives what the function returns, or what its promise settles with', async () => {
    const runtime = await make();
    expect(await runtime.run(of('ends.mjs'), { args: [21] })).toBe(42);
    expect(await runtime.run(ends('later'), { args: [1] })).toBe(2);
  });

  it('begins although its caller holds the event loop up, also when its thread has not booted yet', async () => {
    const runtime = await make();
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const task = runtime.start(ends('notifies'), { args: [cell] });
    expect(Atomics.wait(cell, 0, 0, 60_000)).not.toBe('timed-out');
    expect((await task.outcome).kind).toBe('completed');
  });

  it('has spent what it computed, behind an await too, and not what it waited for', async () => {
    const runtime = await make();
    const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 200));
    const { usage } = await runtime.start(talks('computes'), { args: [60], functions: { slow } }).outcome;
    expect(usage.cpuMs).toBeGreaterThanOrEqual(119);
    expect(usage.runMs - usage.cpuMs).toBeGreaterThan(180);
  });

  it('can be named by a path, a URL and the text of a URL', async () => {
    const runtime = await make();
    const { module } = of('ends.mjs');
    for (const named of [module, module.href, module.pathname]) {
      expect(await runtime.run({ module: named }, { args: [2] })).toBe(4);
    }
  });

  it('loads its module once a thread, and anew when told', async () => {
    const runtime = await make();
    for (const source of [ends('counter'), of('common.cjs', 'counter')]) {
      expect([await runtime.run(source), await runtime.run(source)]).toEqual([1, 2]);
      runtime.reloadModules();
      expect([await runtime.run(source), await runtime.run(source)]).toEqual([1, 2]);
    }
  });

  it('may be TypeScript, whose lines traces show', async () => {
    const runtime = await make();
    expect(await runtime.run(of('typed.ts'), { args: [{ colour: 'green' }] })).toBe(2);
    const { error } = await runtime.start(of('typed.ts', 'fails')).outcome;
    expect(error?.line).toBe(15);
    expect(error?.traceback).toMatch(/typed\.ts:15:\d+/);
  });

  it('in TypeScript that is none is refused with the line of the module', async () => {
    const runtime = await make();
    const folder = mkdtempSync(join(tmpdir(), 'module-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'wrong.ts');
    writeFileSync(file, 'type A = number;\n\nexport default (x: A => x;\n');
    const { error } = await runtime.start({ module: file }).outcome;
    expect(error?.message).toContain(`cannot load ${pathToFileURL(file)}: ${file}:3: `);
    expect([error?.line, error?.traceback]).toEqual([3, expect.stringMatching(/wrong\.ts:3:1$/)]);
  });

  it('may be CommonJS that a compiler wrote', async () => {
    const runtime = await make();
    expect(await runtime.run(of('compiled.cjs'), { args: [1] })).toBe(6);
    expect(await runtime.run(of('compiled.cjs', 'computed'), { args: [1] })).toBe(8);
  });

  it('fails with what the getters of its result throw', async () => {
    const runtime = await make();
    const { error } = await runtime.start(ends('badThen')).outcome;
    expect(error).toMatchObject({ message: 'no then', scriptErrorName: 'RangeError' });
  });

  it('changes no deadline, of its own or another task, by replacing the clock of its thread', async () => {
    const runtime = await make({ threads: 1 });
    await runtime.run(ends('stopsClock'));
    expect(await runtime.run(ends('later'), { args: [1] })).toBe(2);
    const lua = (code: string) => runtime.start({ language: 'lua', code }, { limits: { timeout: 200 } }).outcome;
    expect(await lua('sleep(1) return 3')).toMatchObject({ kind: 'completed', value: 3 });
    expect(await lua('while true do end')).toMatchObject({ kind: 'timed-out' });
  });

  it('keeps the class, code, cause and errors of what it throws, and nothing of the trace of stint', async () => {
    const runtime = await make();
    const { kind, error } = await runtime.start(ends('fails')).outcome;
    expect([kind, error?.code, error?.message, error?.scriptErrorName]).toEqual([
      'failed',
      'SCRIPT_ERROR',
      'no good',
      'TypeError',
    ]);
    const cause = error?.cause as TypeError & { code: string };
    expect(cause).toBeInstanceOf(TypeError);
    expect([cause.code, (cause.cause as Error).constructor]).toEqual(['E_NO_GOOD', RangeError]);
    expect(cause.stack).toMatch(/ends\.mjs:/);
    expect(cause.stack).not.toMatch(/worker|engines/);
    const { cause: many } = (await runtime.start(ends('failsOften')).outcome).error as { cause: AggregateError };
    expect(many).toBeInstanceOf(AggregateError);
    expect(many.errors).toMatchObject([{ message: 'first' }, { message: 'second', code: 'B' }]);
  });

  it.each(['thread', 'process'] as const)('gives back an error as what it is: in a %s', async (isolation) => {
    const runtime = await make({ threads: 1, isolation });
    const range = await runtime.run<Error>(ends('returnsError'), { args: ['RangeError'] });
    expect(range).toBeInstanceOf(RangeError);
    expect(range).toMatchObject({ message: 'no good', code: 'E_NO_GOOD', cause: { message: 'why' } });
    const own = await runtime.run<Error>(ends('returnsError'), { args: ['Own'] });
    expect([own instanceof Error, own.name, own.message]).toEqual([true, 'Own', 'mine']);
    const dom = await runtime.run<Error>(ends('returnsError'), { args: ['DOMException'] });
    expect([dom instanceof Error, dom.name, dom.message]).toEqual([true, 'DataError', 'of the web']);
    const many = await runtime.run<AggregateError>(ends('returnsError'), { args: ['AggregateError'] });
    expect(many.errors).toMatchObject([{ message: 'first' }, { code: 'B' }]);
  });

  it.each([
    [
      'a file that is not there',
      of('nowhere.mjs'),
      'SCRIPT_ERROR',
      /cannot load .*nowhere\.mjs: Cannot find module '[^']*nowhere\.mjs'$/,
    ],
    ['a file that does not parse', of('broken.mjs'), 'SCRIPT_ERROR', /cannot load .*broken\.mjs/],
    [
      'an export that is not there',
      ends('nothing'),
      'INVALID_ARGUMENT',
      /exports no function 'nothing'; it exports .*counter/,
    ],
    ['process.exit', ends('exits'), 'SCRIPT_ERROR', /process\.exit\(3\)/],
    ['a callback that throws', ends('throwsLater'), 'SCRIPT_ERROR', /later/],
    ['a rejection that nobody sees', ends('rejectsUnseen'), 'SCRIPT_ERROR', /unseen/],
    ['a result that cannot be cloned', ends('gives'), 'VALUE_NOT_TRANSFERABLE', /result\.list\[1\]/],
    ['the end of its thread', ends('dies'), 'TASK_LOST', /lost/],
    ['a full heap', ends('fillsHeap'), 'OUT_OF_MEMORY', /heap/],
  ])('ends with a clear error after %s, and the runtime goes on', async (_, source, code, message) => {
    const runtime = await make({ threads: 1, heap: '48mb' });
    const { error } = await runtime.start(source).outcome;
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(message);
    expect(await runtime.run(of('ends.mjs'), { args: [1] })).toBe(2);
  });

  it('is refused if its module is no file that Node can load, and if its arguments cannot be cloned', async () => {
    const runtime = await make();
    expect(() => runtime.start({ module: 'script.lua' })).toThrow(/source\.module is 'script\.lua'; it must be a file/);
    expect(() => runtime.start({ module: '' })).toThrow(/source\.module/);
    const { error } = await runtime.start(talks('same'), { args: [{ f: () => 1 }] }).outcome;
    expect([error?.code, error?.message]).toEqual(['VALUE_NOT_TRANSFERABLE', expect.stringMatching(/args\[0\]\.f/)]);
    expect(() => runtime.start({ language: 'lua', code: '' }, { transfer: [] })).toThrow(/options\.transfer/);
  });
});

describe('a module task that has to end', () => {
  it('sees its signal in the middle of a loop, and its thread lives', async () => {
    const runtime = await make({ threads: 1, ...PATIENT });
    expect(await late(runtime, stops('heeds'))).toMatchObject({ kind: 'timed-out', rung: 'stop' });
    expect(runtime.stats().threads.started).toBe(1);
  });

  it('is told by its signal when it waits, and why', async () => {
    const runtime = await make({ threads: 1, ...PATIENT });
    const told: unknown[] = [];
    const outcome = await late(runtime, stops('listens'), { events: { told: (x) => void told.push(x) } });
    expect(outcome).toMatchObject({ kind: 'timed-out', rung: 'stop' });
    expect(told).toEqual(['TIMEOUT']);
    expect(runtime.stats().threads.started).toBe(1);
  });

  it('is broken off if it ignores that, its thread lives, and its module is loaded anew', async () => {
    const runtime = await make();
    expect(await late(runtime, stops('ignores'))).toMatchObject({ kind: 'timed-out', rung: 'break' });
    expect(await runtime.run(stops('stateOf'))).toBe('fresh');
    expect(runtime.stats().threads.started).toBe(1);
  });

  it.each(['ignoresLater', 'never'])('is ended with its thread if nothing else is left (%s)', async (name) => {
    const runtime = await make();
    expect(await late(runtime, stops(name))).toMatchObject({ kind: 'timed-out', rung: 'terminate' });
    expect(await runtime.run(stops('stateOf'))).toBe('fresh');
    expect(runtime.stats().threads.started).toBe(2);
  });

  it('leaves its thread to others before it is ended with it', async () => {
    const runtime = await make();
    const asleep = runtime.start({ language: 'lua', code: 'sleep(400) return "slept"' });
    expect(await late(runtime, stops('never'))).toMatchObject({ kind: 'timed-out', rung: 'terminate' });
    expect(await asleep.result).toBe('slept');
  });

  it.each([
    ['return', 'failed'],
    ['throw', 'failed'],
    ['wait', 'timed-out'],
    ['loop', 'timed-out'],
  ])('runs what it deferred, in reverse and all of it, before its outcome (%s)', async (how, kind) => {
    // What is deferred has half of it.
    const runtime = await make({ threads: 1, grace: 2000 });
    const told: unknown[] = [];
    const outcome = await late(runtime, stops('defers'), { args: [how], events: { told: (x) => void told.push(x) } });
    expect(outcome.kind).toBe(kind);
    expect(told).toEqual(['second', 'first']);
  });

  it('is not called at all if it is cancelled before', async () => {
    const runtime = await make();
    const task = runtime.start(ends('counter'));
    expect(await task.cancel()).toMatchObject({ kind: 'cancelled' });
    expect(await runtime.run(ends('counter'))).toBe(1);
  });
});

describe('the context of a module task', () => {
  it('calls functions of the host, which may start other tasks on the same thread', async () => {
    const runtime = await make();
    const functions = {
      add: (a: unknown, b: unknown) => runtime.run<number>(talks('same'), { args: [Number(a) + Number(b)] }),
    };
    expect(await runtime.run(talks('calls'), { args: [1, 'b'], functions })).toEqual([2, 2]);
  });

  it('throws what they throw, and refuses those that are not there', async () => {
    const runtime = await make();
    const fail = (): never => {
      throw Object.assign(new Error('not today'), { code: 'E_TODAY' });
    };
    const { error } = await runtime.start(talks('asks'), { args: ['fail'], functions: { fail } }).outcome;
    expect(error).toMatchObject({ message: 'not today', cause: { code: 'E_TODAY' } });
    expect(await runtime.run(talks('refused'), { functions: { add: () => 0 } })).toEqual([
      'VALUE_NOT_TRANSFERABLE',
      'VALUE_NOT_TRANSFERABLE',
    ]);
    await expect(runtime.run(talks('asks'), { args: ['other'], functions: { fail } })).rejects.toThrow(
      /no function 'other'.*'fail'/,
    );
  });

  it('sends events in order, all before the outcome, however many', async () => {
    const runtime = await make();
    const seen: unknown[] = [];
    await runtime.run(talks('emits'), { args: [5000], events: { count: (i) => void seen.push(i) } });
    expect(seen).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  it.each(['return', 'loop'])('gives a directory that is gone after the task (%s)', async (how) => {
    const runtime = await make();
    let directory = '';
    const made = (path: unknown): null => {
      directory = String(path);
      expect(existsSync(directory)).toBe(true);
      if (how === 'loop') task.cancel();
      return null;
    };
    const task = runtime.start(talks('keeps'), { args: [how], functions: { made } });
    await task.outcome;
    expect(directory).not.toBe('');
    expect(existsSync(directory)).toBe(false);
  });

  it('knows what a module does with stint as it imports it', async () => {
    const runtime = await make();
    expect(await runtime.run(of('own-copy.mjs', 'hands'))).toEqual(new Uint8Array([1, 2, 3]));
    expect(await runtime.run(of('own-copy.mjs', 'left'))).toBe(0);
    await expect(runtime.run(of('own-copy.mjs', 'fails'))).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  });

  it('hands buffers over in both directions instead of copying them, and shares what can be shared', async () => {
    const runtime = await make();
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await runtime.run(talks('back'), { args: [bytes], transfer: [bytes.buffer] })).toEqual(
      new Uint8Array([1, 2, 3]),
    );
    expect(bytes.byteLength).toBe(0);
    const cell = new Int32Array(new SharedArrayBuffer(4));
    await runtime.run(talks('adds'), { args: [cell] });
    expect(cell[0]).toBe(5);
  });

  it('gets its arguments as they were when it was started, however long it waits for its turn', async () => {
    const runtime = await make();
    const busy = runtime.start(stops('heeds'));
    const list = [1];
    const queued = runtime.start(talks('same'), { args: [list] });
    list.push(2);
    await busy.cancel();
    expect(await queued.result).toEqual([1]);
  });

  it('gets large buffers as they were, still shared by their views, while the caller keeps its own', async () => {
    const runtime = await make();
    const busy = runtime.start(stops('heeds'));
    const { buffer } = new Uint8Array(200_000).fill(7);
    const given = { whole: new Uint8Array(buffer), part: new Uint8Array(buffer, 5, 5) };
    const queued = runtime.start<typeof given>(talks('same'), { args: [given] });
    given.whole.fill(8);
    await busy.cancel();
    const { whole, part } = await queued.result;
    expect(whole).toEqual(new Uint8Array(200_000).fill(7));
    expect(part.buffer).toBe(whole.buffer);
    expect(given.whole.byteLength).toBe(200_000);
  });
});

describe('what a module left running', () => {
  it('neither holds the thread nor calls anybody after its task has ended', async () => {
    const runtime = await make({ threads: 1 });
    const events: unknown[] = [];
    const options = { functions: { add: () => 0 }, events: { count: (i: unknown) => void events.push(i) } };
    expect(await runtime.run(talks('goesOn'), options)).toBe('done');
    // Its signal says that it has ended.
    expect(await runtime.run(talks('howItWentOn'))).toBe(true);
    expect(events).toEqual([]);
  });

  it('keeps no later task from running, nor a runtime from being closed, where it never ends', async () => {
    const runtime = await make({ threads: 1 });
    const leaveLoop = async (): Promise<void> => {
      const cell = new Int32Array(new SharedArrayBuffer(4));
      await runtime.run(talks('leavesLoop'), { args: [cell] });
      expect(Atomics.wait(cell, 0, 0, 60_000)).not.toBe('timed-out');
    };
    await leaveLoop();
    expect(await runtime.run(talks('same'), { args: ['next'] })).toBe('next');
    expect(runtime.stats().threads).toMatchObject({ count: 1, started: 2, lost: 0 });
    await leaveLoop();
    expect(runtime.runSync(talks('same'), { args: ['at once'] })).toBe('at once');
    await leaveLoop();
    const behind = runtime.start(talks('same'), { args: [1] });
    await Promise.all([behind.cancel(), runtime.close()]);
  });
});

describe('a thread in a system call', () => {
  it('keeps no task from its outcome, nor others from their turn', async () => {
    const runtime = await make();
    const pipe = join(mkdtempSync(join(tmpdir(), 'stint-pipe-')), 'pipe');
    execFileSync('mkfifo', [pipe]);
    onTestFinished(() => rmSync(dirname(pipe), { recursive: true }));
    const { outcome } = runtime.start(of('processes.mjs', 'readsPipe'), { args: [pipe], limits: { timeout: 50 } });
    expect(await outcome).toMatchObject({ kind: 'timed-out', rung: 'terminate' });
    expect(await runtime.run(of('ends.mjs'), { args: [4] })).toBe(8);
    writeFileSync(pipe, 'go on');
  });
});

describe('a thread that dies', () => {
  it('takes no task with it that had not begun', async () => {
    const runtime = await make();
    for (let i = 0; i < 5; i += 1) {
      await runtime.run(ends('leavesRejection'));
      expect(await runtime.run(of('ends.mjs'), { args: [i] })).toBe(2 * i);
    }
    const tasks = Array.from({ length: 20 }, (_, i) =>
      runtime.start(i === 3 ? ends('dies') : of('ends.mjs'), { args: [i] }),
    );
    const kinds = (await Promise.all(tasks.map(({ outcome }) => outcome))).map(({ kind }) => kind);
    expect(kinds).toEqual(kinds.map((_, i) => (i === 3 ? 'lost' : 'completed')));
  });
});

describe('a generator as a module task', () => {
  it('does not wait where nobody can take its parts', async () => {
    const runtime = await make();
    expect(await runtime.run(talks('counts'), { args: [100] })).toBe('counted');
    expect(runtime.runSync(talks('counts'), { args: [100] })).toBe('counted');
    const results: unknown[] = [];
    for await (const result of runtime.map(talks('counts'), [20, 30])) results.push(result);
    expect(results).toEqual(['counted', 'counted']);
  });

  it('gives its parts in order and then its result', async () => {
    const runtime = await make();
    const task = runtime.start(talks('counts'), { args: [1000] });
    const parts: unknown[] = [];
    for await (const part of task) parts.push(part);
    expect(parts).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(await task.result).toBe('counted');
  });

  it('is no further ahead than 16 parts, and is cancelled when nobody wants the others', async () => {
    const runtime = await make({ threads: 1, ...PATIENT });
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const task = runtime.start(talks('signals'), { args: [cell] });
    let taken = 0;
    for await (const part of task) {
      expect(part).toEqual(new Map([[1, 2]]));
      taken += 1;
      expect(cell[0]).toBeLessThanOrEqual(taken + 17);
      if (taken === 100) break;
    }
    expect(await task.outcome).toMatchObject({ kind: 'cancelled', rung: 'stop' });
  });

  it.each(['cleans', 'cleansAtOnce', 'cleansAfterWrong'])(
    'runs its finally blocks when it is not wanted any more, also while it waits for room: %s',
    async (name) => {
      const runtime = await make();
      const cell = new Int32Array(new SharedArrayBuffer(4));
      const task = runtime.start(talks(name), { args: [cell] });
      const parts = task[Symbol.asyncIterator]();
      await parts.next();
      // It goes as far ahead as it can, and waits then.
      await runtime.run(talks('same'), { args: [1] });
      if (name === 'cleansAfterWrong') await expect(parts.next()).rejects.toThrow(/cannot cross/);
      else await parts.return?.();
      await task.outcome;
      expect(cell[0]).toBe(1);
    },
  );

  it('ends its loop with the error of the task', async () => {
    const runtime = await make();
    const parts: unknown[] = [];
    const loop = async (): Promise<void> => {
      for await (const part of runtime.start(talks('wrong'))) parts.push(part);
    };
    await expect(loop()).rejects.toMatchObject({ code: 'VALUE_NOT_TRANSFERABLE' });
    expect(parts).toEqual([1]);
  });
});

describe('short module tasks', () => {
  /** A runtime that knows how short they are. */
  async function warm(): Promise<Runtime> {
    const runtime = await make({ threads: 2, slots: 64, limits: { timeout: null } });
    for (let i = 0; i < 20; i += 1) await runtime.run(ends('busy'), { args: [0] });
    return runtime;
  }

  it('do not wait for one of their kind that takes long', async () => {
    const runtime = await warm();
    const long = runtime.start(ends('busy'), { args: [Number.POSITIVE_INFINITY] });
    let longEnded = false;
    void long.outcome.then(() => {
      longEnded = true;
    });
    const short = Array.from({ length: 40 }, (_, i) => runtime.start(ends('busy'), { args: [i / 1000] }));
    const results = await Promise.all(short.map(({ result }) => result));
    expect(longEnded).toBe(false);
    expect(results).toEqual(Array.from({ length: 40 }, (_, i) => i / 1000));
    await long.cancel();
    expect(runtime.stats()).toMatchObject({ live: 0, ended: { completed: 60, cancelled: 1 } });
  });

  it('can be cancelled while they wait behind another one', async () => {
    const runtime = await warm();
    const long = [1, 2].map(() => runtime.start(ends('busy'), { args: [Number.POSITIVE_INFINITY] }));
    const behind = Array.from({ length: 10 }, () => runtime.start(ends('busy'), { args: [0] }));
    const outcomes = await Promise.all(behind.map((task) => task.cancel()));
    expect(outcomes.every(({ kind }) => kind === 'cancelled')).toBe(true);
    await Promise.all(long.map((task) => task.cancel()));
    expect(runtime.stats().live).toBe(0);
    expect(await runtime.run(ends('busy'), { args: [0] })).toBe(0);
  });
});

describe('the line of an error', () => {
  it('is of the module, whoever threw it', async () => {
    const runtime = await make();
    const { error } = await runtime.start(ends('exits')).outcome;
    expect(error).toMatchObject({ line: 20, message: expect.stringContaining('process.exit(3)') });
    expect((await runtime.start(ends('aborts')).outcome).error?.line).toBe(34);
    expect((await runtime.start(ends('readsNothing')).outcome).error?.line).toBeUndefined();
  });
});

describe('a pool whose threads keep dying', () => {
  it('waits longer before each try, says so, and recovers', async () => {
    const runtime = await make();
    for (let i = 0; i < 3; i += 1) await runtime.start(ends('dies')).outcome;
    const { lost, restartsInMs } = runtime.stats().threads;
    expect(lost).toBe(3);
    expect(restartsInMs).toBeGreaterThan(0);
    expect(await runtime.run(of('ends.mjs'), { args: [1] })).toBe(2);
    await runtime.start(ends('dies')).outcome;
    expect(runtime.stats().threads.restartsInMs).toBe(0);
  });
});
