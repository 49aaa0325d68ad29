import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Runtime } from '#stint/index';
import { sample } from '#stint/monitor/index';
import { openRuntime as make, PATIENT } from '../open-runtime.js';

const lua = (code: string) => ({ language: 'lua', code }) as const;
const dies = { module: new URL('modules/dies-once.mjs', import.meta.url) };
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stint-busy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A Lua script that waits until it is let go. */
function waiting(runtime: Runtime) {
  let letGo = (_: null): void => undefined;
  const gate = new Promise<null>((resolve) => {
    letGo = resolve;
  });
  const began = deferred();
  const task = runtime.start(lua('functions.began() functions.gate() return "let go"'), {
    functions: {
      began: () => {
        began.resolve(null);
        return null;
      },
      gate: () => gate,
    },
  });
  return { task, began: began.promise, letGo: () => letGo(null) };
}

function deferred() {
  let resolve!: (value: unknown) => void;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe('a host that dies', () => {
  it('takes nobody with it that has not come to it, and those that may be run again are', async () => {
    const runtime = await make({ isolation: 'process', threads: 1, slots: 1 });
    const flag = join(temporaryFolder(), 'died');
    const first = runtime.start(dies, { args: [flag], retry: 1 });
    const queued = Array.from({ length: 5 }, (_, i) => runtime.run(lua(`return ${i}`)));
    expect(await first.result).toBe('lived');
    expect(await Promise.all(queued)).toEqual([0, 1, 2, 3, 4]);
    expect(runtime.stats().processes.lost).toBe(1);
  });

  it('has a task run again with what it was given, whatever the caller made of that since', async () => {
    const runtime = await make({ isolation: 'process', threads: 1 });
    const given = { flag: join(temporaryFolder(), 'died'), says: 'as it was' };
    const task = runtime.start({ ...dies, export: 'says' }, { args: [given], retry: 1 });
    given.says = 'changed since';
    expect(await task.result).toBe('as it was');
  });
});

describe('a thread that has served its time', () => {
  it('is replaced also if its last task is taken from it', async () => {
    const runtime = await make({ threads: 1, recycle: { tasks: 1 } });
    const { task, began, letGo } = waiting(runtime);
    await began;
    const loading = runtime.start({ file: join(temporaryFolder(), 'nothing.lua') });
    letGo();
    expect(await task.result).toBe('let go');
    expect((await loading.outcome).kind).toBe('failed');
    expect(await runtime.run(lua('return 2'))).toBe(2);
  });

  it.each([{ tasks: 2 }, { memory: 1 }])('goes on as long as one of its tasks waits (%j)', async (recycle) => {
    const runtime = await make({ threads: 1, recycle });
    const { task, began, letGo } = waiting(runtime);
    await began;
    for (let i = 0; i < 5; i += 1) expect(await runtime.run(lua(`return ${i}`))).toBe(i);
    letGo();
    expect(await task.result).toBe('let go');
    await expect.poll(() => runtime.stats().threads.started).toBe(2);
  });
});

describe('a synchronous call', () => {
  it('does not wait for tasks whose files cannot be read meanwhile', async () => {
    const runtime = await make({ threads: 1 });
    const file = join(temporaryFolder(), 'one.lua');
    writeFileSync(file, 'return 1');
    const later = [runtime.run({ file }), runtime.run(lua('return 3'))];
    expect(runtime.runSync(lua('return 2'))).toBe(2);
    expect(await Promise.all(later)).toEqual([1, 3]);
  });

  it('does not wait for a slot that only the blocked thread could free', async () => {
    const runtime = await make({ threads: 1, slots: 1, queue: 1 });
    const { task, began, letGo } = waiting(runtime);
    await began;
    const queued = runtime.run(lua('return 3'));
    expect(runtime.runSync(lua('return 2'))).toBe(2);
    letGo();
    expect([await task.result, await queued]).toEqual(['let go', 3]);
  });

  it('made in a listener of another one leaves that its deadline, to the last rung', async () => {
    const runtime = await make({ threads: 2, interrupts: 'polling' });
    const hard = lua('print("x") local s = ("a"):rep(60) return s:find(("a*"):rep(30) .. "b")');
    let inner: unknown;
    const output = (): void => {
      inner = runtime.runSync(lua('return 7'));
    };
    expect(() => runtime.runSync(hard, { limits: { timeout: 300 }, output })).toThrow('300 ms');
    expect(inner).toBe(7);
  });
});

describe('a script that computes for longer than a thread is believed to live unheard', () => {
  it('is heard at once when it calls its host again', async () => {
    const runtime = await make({ threads: 1 });
    await runtime.run(lua('return 1'));
    const code = `
      local began = time.now()
      while time.now() - began < 1700 do end
      for i = 1, 100 do functions.add(i) end
      return "heard"`;
    const limits = { timeout: '60s' } as const;
    const functions = { add: (i: unknown) => i };
    // A host that is not called, and looks by itself once a second, would need longer than that.
    expect(await runtime.run(lua(code), { limits, functions, permissions: { time: true } })).toBe('heard');
  });
});

describe('idle threads', () => {
  it('leave, also those that never had a task, and one task brings one back', async () => {
    const runtime = await make({ threads: 3, idleTimeout: 20 });
    await expect.poll(() => runtime.stats().threads.count).toBe(0);
    expect(await runtime.run(lua('return 1'))).toBe(1);
    expect(runtime.stats().threads.started).toBe(4);
    await expect.poll(() => runtime.stats().threads.count).toBe(0);
  });
});

it('a closed runtime makes no hosts of another kind', async () => {
  const runtime = await make({ threads: 1 });
  await runtime.close();
  const children = sample().children?.length;
  expect((await runtime.start(lua('return 1'), { isolation: 'process' }).outcome).error?.code).toBe('RUNTIME_CLOSED');
  expect(runtime.stats().processes.count).toBe(0);
  expect(sample().children?.length).toBe(children);
});

it('a script without a deadline may be given a bound for each turn', async () => {
  const runtime = await make({ threads: 1, ...PATIENT });
  const limits = { timeout: null, turn: 50 };
  const endless = 'await sleep(100); for (;;);';
  const outcome = await runtime.start({ language: 'javascript', code: endless }, { limits }).outcome;
  expect(outcome).toMatchObject({ kind: 'timed-out', rung: 'stop' });
  expect(await runtime.run({ language: 'javascript', code: 'await sleep(100); await sleep(100); 1' }, { limits })).toBe(
    1,
  );
});
