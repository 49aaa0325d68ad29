import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type Outcome, type Runtime, StintError, type TaskEvent } from '#stint/index';
import { openRuntime as make, PATIENT } from '../open-runtime.js';

const ENDLESS = { language: 'lua', code: 'print("running") while true do end' } as const;
/** One long C function: Lua cannot be interrupted in it. */
const DEAF = { language: 'lua', code: 'return string.find(string.rep("a", 20000), ".-.-.-.-b")' } as const;
const QUICK = { language: 'lua', code: 'return 42' } as const;

/** Starts a script that prints, and waits until it has. */
async function startRunning(runtime: Runtime, source: { language: 'lua'; code: string } = ENDLESS) {
  let task: ReturnType<Runtime['start']> | undefined;
  await new Promise<void>((resolve) => {
    task = runtime.start(source, { output: () => resolve() });
  });
  return task as ReturnType<Runtime['start']>;
}

describe('run', () => {
  it('gives the result in each language', async () => {
    const runtime = await make({ threads: 2 });
    const values = await Promise.all([
      runtime.run({ language: 'lua', code: 'local a, b = ... return a + b' }, { args: [2, 3] }),
      runtime.run({ language: 'javascript', code: 'const [a, b] = args; await null; a + b' }, { args: [2, 3] }),
      runtime.run(
        { language: 'typescript', code: 'const [a, b]: number[] = args; export default a! + b!' },
        { args: [2, 3] },
      ),
    ]);
    expect(values).toEqual([5, 5, 5]);
  });

  it('hands on output in order, by stream', async () => {
    const runtime = await make({ threads: 1 });
    const pieces: [string, string][] = [];
    await runtime.run(
      { language: 'lua', code: 'print("a") io.stderr:write("b") io.write("c", 1)' },
      {
        output: (chunk, stream) => {
          const last = pieces.at(-1);
          if (last?.[0] === stream) last[1] += chunk;
          else pieces.push([stream, chunk]);
        },
      },
    );
    expect(pieces).toEqual([
      ['stdout', 'a\n'],
      ['stderr', 'b'],
      ['stdout', 'c1'],
    ]);
  });

  it('rejects with the error of the script: code, line and traceback', async () => {
    const runtime = await make({ threads: 1 });
    const error = await runtime
      .run({ language: 'lua', code: 'local t = nil\nreturn t.x', name: 'broken.lua' })
      .catch((reason) => reason);
    expect(error).toBeInstanceOf(StintError);
    expect(error).toMatchObject({ code: 'SCRIPT_ERROR', language: 'lua', line: 2 });
    expect(error.message).toContain('broken.lua:2:');
    expect(error.traceback).toContain('broken.lua:2:');
  });

  it('goes on after a value that cannot cross, in either direction', async () => {
    const runtime = await make({ threads: 1 });
    await expect(runtime.run(QUICK, { args: [() => 1] as never })).rejects.toMatchObject({
      code: 'VALUE_NOT_TRANSFERABLE',
    });
    await expect(runtime.run({ language: 'lua', code: 'return { a = print }' })).rejects.toMatchObject({
      code: 'VALUE_NOT_TRANSFERABLE',
      message: expect.stringContaining('result.a'),
    });
    await expect(runtime.run({ language: 'javascript', code: 'const a = []; a.push(a); a' })).rejects.toMatchObject({
      code: 'VALUE_NOT_TRANSFERABLE',
      message: expect.stringContaining('result[0]'),
    });
    expect(await runtime.run(QUICK)).toBe(42);
  });

  it('fails with OUTPUT_LIMIT, having passed on no more than the limit', async () => {
    const runtime = await make({ threads: 1 });
    let bytes = 0;
    const outcome = await runtime.start(
      { language: 'lua', code: 'while true do pcall(print, "ü") end' },
      {
        limits: { output: 1001 },
        output: (chunk) => {
          bytes += Buffer.byteLength(chunk);
        },
      },
    ).outcome;
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'OUTPUT_LIMIT' } });
    expect(bytes).toBe(1001);
    expect(outcome.usage.outputBytes).toBe(1001);
  });
});

describe('admission', () => {
  it('lets `slots` tasks be live and `queue` more wait, and refuses the next with QUEUE_FULL', async () => {
    const runtime = await make({ threads: 1, slots: 2, queue: 1 });
    const tasks = [1, 2, 3, 4].map(() => runtime.start(ENDLESS));
    expect(await tasks[3]?.outcome).toMatchObject({ kind: 'failed', error: { code: 'QUEUE_FULL', retryable: true } });
    expect(tasks.slice(0, 3).map((task) => task.state)).not.toContain('ended');
    const outcomes = await Promise.all(tasks.slice(0, 3).map((task) => task.cancel()));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(await runtime.run(QUICK)).toBe(42);
  });

  it('starts tasks of higher priority first', async () => {
    const runtime = await make({ threads: 1, slots: 1 });
    const blocker = await startRunning(runtime);
    const order: number[] = [];
    const tasks = [0, 5, -5, 5].map((priority, index) =>
      runtime.run(QUICK, { priority }).then(() => order.push(index)),
    );
    await blocker.cancel();
    await Promise.all(tasks);
    expect(order).toEqual([1, 3, 0, 2]);
  });

  it('does not let a task wait behind one that runs while another thread is free', async () => {
    const runtime = await make({ threads: 2 });
    const blocker = await startRunning(runtime);
    for (let i = 0; i < 10; i += 1) expect(await runtime.run(QUICK)).toBe(42);
    expect(blocker.state).toBe('running');
    await blocker.cancel();
  });

  it('never uses an id twice', async () => {
    const runtime = await make({ threads: 1, queue: 0 });
    const tasks = Array.from({ length: 300 }, () => runtime.start(QUICK));
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(300);
    await runtime.drain();
  });
});

describe('the ladder', () => {
  it('stops a script at once by an error inside its VM', async () => {
    const runtime = await make({ threads: 1, ...PATIENT });
    const task = await startRunning(runtime);
    expect(await task.cancel('enough')).toMatchObject({
      kind: 'cancelled',
      rung: 'stop',
      error: { code: 'CANCELLED', name: 'AbortError', cause: 'enough', message: 'the task was cancelled: enough' },
    });
    expect(await runtime.run(QUICK)).toBe(42);
  });

  it('breaks off a script that does not hear, and starts no thread for it', async () => {
    const runtime = await make({ threads: 1, grace: 40 });
    for (let i = 0; i < 20; i += 1) {
      const { outcome } = runtime.start(DEAF, { limits: { timeout: 50 } });
      expect(await outcome).toMatchObject({ kind: 'timed-out', rung: 'break' });
      expect(await runtime.run(QUICK)).toBe(42);
    }
    expect(runtime.stats()).toMatchObject({ threads: { count: 1, started: 1 }, rungs: { break: 20, terminate: 0 } });
  });

  it('runs <close> handlers of a stopped script, however many pcalls are in between', async () => {
    const runtime = await make({ threads: 1, ...PATIENT });
    let output = '';
    const code = `
      local outer <close> = setmetatable({}, { __close = function() print("outer closed") end })
      pcall(function()
        local inner <close> = setmetatable({}, { __close = function() print("inner closed") end })
        print("running")
        while true do end
      end)
      print("swallowed")`;
    const { outcome, cancel } = await new Promise<{ outcome: Promise<Outcome>; cancel(): Promise<Outcome> }>(
      (resolve) => {
        const task = runtime.start(
          { language: 'lua', code },
          {
            output: (chunk) => {
              output += chunk;
              if (chunk.includes('running'))
                queueMicrotask(() => resolve({ outcome: task.outcome, cancel: () => task.cancel() }));
            },
          },
        );
      },
    );
    await cancel();
    expect((await outcome).rung).toBe('stop');
    expect(output).toBe('running\ninner closed\nouter closed\n');
  });

  it('cuts a clean-up short that takes longer than its part of the grace', async () => {
    const runtime = await make({ threads: 1, grace: 5000 });
    const code =
      'local x <close> = setmetatable({}, { __close = function() while true do end end }) print("running") while true do end';
    const task = await startRunning(runtime, { language: 'lua', code });
    expect(await task.cancel()).toMatchObject({ kind: 'cancelled', rung: 'stop' });
  });

  it('ends a task at its deadline while the host is in a long computation', async () => {
    const runtime = await make({ threads: 1, ...PATIENT });
    await runtime.run(QUICK);
    const task = runtime.start(ENDLESS, { limits: { timeout: 100 } });
    // The message to the thread leaves when this turn of the event loop ends.
    await new Promise<void>((resolve) => setImmediate(resolve));
    const since = performance.now();
    // Until it is told to end; how that comes out is seen when the host listens again.
    while (task.state !== 'stopping' && performance.now() < since + 60_000);
    const until = performance.now() + 2000;
    while (performance.now() < until);
    const outcome = await task.outcome;
    expect(outcome).toMatchObject({ kind: 'timed-out', rung: 'stop' });
    expect(outcome.usage.runMs).toBeLessThan(until - since);
  });

  it('does no harm when the stop comes before the start or after the end', async () => {
    const runtime = await make({ threads: 1 });
    for (let i = 0; i < 200; i += 1) {
      const task = runtime.start(QUICK);
      if (i % 2 === 0) await Promise.race([task.outcome, new Promise((resolve) => setImmediate(resolve))]);
      const { kind } = await task.cancel();
      expect(['completed', 'cancelled']).toContain(kind);
      expect((await task.cancel()).kind).toBe(kind);
      expect(await runtime.run(QUICK)).toBe(42);
    }
  });

  it('cancels by signal: before the start, while queued, while running', async () => {
    const runtime = await make({ threads: 1, ...PATIENT, slots: 1 });
    expect(await runtime.start(QUICK, { signal: AbortSignal.abort(new Error('early')) }).outcome).toMatchObject({
      kind: 'cancelled',
      error: { message: 'the task was cancelled: early' },
    });
    const running = new AbortController();
    const started = new Promise<void>((resolve) =>
      runtime.on('task', (event: TaskEvent) => event.type === 'started' && resolve()),
    );
    const first = runtime.start(ENDLESS, { signal: running.signal });
    const queued = new AbortController();
    const second = runtime.start(QUICK, { signal: queued.signal });
    await started;
    queued.abort();
    expect(await second.outcome).toMatchObject({ kind: 'cancelled' });
    expect((await second.outcome).rung).toBeUndefined();
    running.abort();
    expect(await first.outcome).toMatchObject({ kind: 'cancelled', rung: 'stop' });
  });

  it('ends a task whose output callback throws', async () => {
    const runtime = await make({ threads: 1 });
    const outcome = await runtime.start(ENDLESS, {
      output: () => {
        throw new Error('disk full');
      },
    }).outcome;
    expect(outcome).toMatchObject({ kind: 'cancelled', error: { message: 'the task was cancelled: disk full' } });
  });
});

describe('close', () => {
  it('ends queued and running tasks with RUNTIME_CLOSED, and refuses new ones', async () => {
    const runtime = await make({ threads: 1, slots: 1 });
    const running = await startRunning(runtime);
    const queued = runtime.start(QUICK);
    await Promise.all([runtime.close(), runtime.close()]);
    for (const task of [running, queued]) {
      expect(task.state).toBe('ended');
      expect(await task.outcome).toMatchObject({ kind: 'cancelled', error: { code: 'RUNTIME_CLOSED' } });
    }
    expect(await runtime.start(QUICK).outcome).toMatchObject({ kind: 'failed', error: { code: 'RUNTIME_CLOSED' } });
    expect(runtime.stats().threads.count).toBe(0);
  });

  it('drains: settles when the last task has ended', async () => {
    const runtime = await make({ threads: 2 });
    const tasks = Array.from({ length: 50 }, () => runtime.start(QUICK));
    await runtime.drain();
    expect(tasks.every(({ state }) => state === 'ended')).toBe(true);
  });

  it('tells listeners of each step, in order', async () => {
    const runtime = await make({ threads: 1 });
    const steps: string[] = [];
    runtime.on('task', ({ type }) => steps.push(type));
    await runtime.run(QUICK);
    expect(steps).toEqual(['queued', 'started', 'ended']);
  });
});

describe('a task', () => {
  it('frees its thread while it waits', async () => {
    const runtime = await make({ threads: 1, ...PATIENT });
    const waiting = runtime.start({ language: 'javascript', code: 'console.log("go"); await new Promise(() => {})' });
    expect(await runtime.run(QUICK)).toBe(42);
    expect(waiting.state).toBe('waiting');
    expect(runtime.stats()).toMatchObject({ waiting: 1, live: 1 });
    expect(await waiting.cancel()).toMatchObject({ kind: 'cancelled', rung: 'stop' });
  });

  it('that waits is ended at its deadline although its thread is busy with another', async () => {
    const runtime = await make({ threads: 1, ...PATIENT });
    const waiting = runtime.start(
      { language: 'javascript', code: 'await new Promise(() => {})' },
      { limits: { timeout: 300 } },
    );
    await runtime.run(QUICK);
    const busy = await startRunning(runtime);
    expect(await waiting.outcome).toMatchObject({ kind: 'timed-out', rung: 'stop' });
    expect(busy.state).toBe('running');
    await busy.cancel();
  });

  it('leaves its `await using` block cancelled', async () => {
    const runtime = await make({ threads: 1 });
    const task = await startRunning(runtime);
    await task[Symbol.asyncDispose]();
    expect(task.state).toBe('ended');
  });

  it('does not make an unhandled rejection of a result nobody asked for', async () => {
    const runtime = await make({ threads: 1 });
    const unhandled = once(process, 'unhandledRejection', { signal: AbortSignal.timeout(200) }).then(
      () => 'unhandled',
      () => 'none',
    );
    await runtime.start({ language: 'lua', code: 'error("x")' }).outcome;
    expect(await unhandled).toBe('none');
  });
});
