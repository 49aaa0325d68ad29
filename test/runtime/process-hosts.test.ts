import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime, type Runtime } from '#stint/index';
import { ended, isAlive } from '../processes.ts';

const module = new URL('modules/processes.mjs', import.meta.url);
const stops = new URL('modules/stops.mjs', import.meta.url);
const talks = new URL('modules/talks.mjs', import.meta.url);
const INDEX = new URL('../../dist/index.js', import.meta.url).href;

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 2, isolation: 'process', heap: '64mb', processMemory: '1gb' });
});
afterAll(() => runtime.close());

/** Starts a task that waits in its process, and tells when it does, and where. */
async function waiting(name: string, on = runtime) {
  const began = new EventEmitter<{ pids: number[] }>();
  const pids = once(began, 'pids');
  const functions = { began: (...all: unknown[]) => void began.emit('pids', ...(all as number[])) };
  const task = on.start({ module, export: name }, { functions });
  return { task, pids: (await pids) as number[] };
}

describe('a task in a child process', () => {
  it('runs there, in every language, and gives the same results', async () => {
    const value = { list: [1, 2n ** 60n, 'ä', null], bytes: new Uint8Array([1, 0, 255]), when: new Date(5) };
    expect(await runtime.run({ language: 'javascript', code: 'args[0]' }, { args: [value] })).toEqual(value);
    expect(await runtime.run({ language: 'lua', code: 'return ...' }, { args: [1, 'two'] })).toEqual([1, 'two']);
    expect(await runtime.run({ language: 'typescript', code: 'const x: number = 4; x * 2' })).toBe(8);
    expect(await runtime.run({ module })).not.toBe(process.pid);
    const map = new Map([[1, new Set(['a'])]]);
    expect(await runtime.run({ module: talks, export: 'same' }, { args: [map] })).toEqual(map);
  });

  it('calls functions, waits for them, and sends events in order, all before its outcome', async () => {
    const heard: unknown[] = [];
    const code = 'for i = 1, 20000 do events.heard(i) end sleep(1) print("said") return functions.double(21)';
    const output: string[] = [];
    const task = runtime.start(
      { language: 'lua', code },
      {
        functions: { double: async (x) => (x as number) * 2 },
        events: { heard: (i) => heard.push(i) },
        output: (text) => output.push(text),
      },
    );
    expect(await task.outcome).toMatchObject({ kind: 'completed', value: 42, usage: { hostCalls: 20001 } });
    expect(heard).toEqual(Array.from({ length: 20_000 }, (_, i) => i + 1));
    expect(output.join('')).toBe('said\n');
  });

  it('takes and gives large buffers', async () => {
    for (let size = 1024; size <= 16 * 1024 ** 2; size *= 4) {
      const bytes = new Uint8Array(size).fill(size % 251);
      const back = await runtime.run<Uint8Array>({ module: talks, export: 'same' }, { args: [bytes] });
      expect(Buffer.compare(back, bytes)).toBe(0);
    }
    const code = 'const all = args[0]; all.fill(3); all';
    const bytes = new Uint8Array(4 * 1024 ** 2);
    const back = await runtime.run<Uint8Array>({ language: 'javascript', code }, { args: [bytes] });
    expect([back.length, back.at(-1), bytes.at(-1)]).toEqual([bytes.length, 3, 0]);
  });

  it('gets each view with its own bytes alone, which begin its buffer', async () => {
    for (const size of [3, 512 * 1024]) {
      const view = new Float64Array(new ArrayBuffer(8 * (size + 2)), 8, size).fill(1.5);
      const seen = await runtime.run({ module, export: 'looksAtView' }, { args: [view] });
      expect(seen).toEqual({ name: 'Float64Array', offset: 0, bytes: 8 * size, last: 1.5 });
      const back = await runtime.run<Float64Array>({ module: talks, export: 'same' }, { args: [view] });
      expect([back.byteOffset, back.buffer.byteLength, back.at(-1)]).toEqual([0, 8 * size, 1.5]);
    }
  });

  it('streams what a generator yields', async () => {
    const parts: unknown[] = [];
    const task = runtime.start({ module: talks, export: 'counts' }, { args: [40] });
    for await (const part of task) parts.push(part);
    expect(parts).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it.each([
    ['a loop in Lua', { language: 'lua', code: 'while true do pcall(error) end' }, 'stop'],
    ['a module that does not look', { module: stops, export: 'ignores' }, 'break'],
    ['a module that loops after an await', { module: stops, export: 'ignoresLater' }, 'terminate'],
  ] as const)('is taken up the same ladder: %s', async (_, source, rung) => {
    await using own = await createRuntime({ threads: 1, isolation: 'process', grace: rung === 'stop' ? '20s' : 1000 });
    // To load a module takes its time, too.
    await own.run({ module: stops, export: 'ready' });
    const outcome = await own.start(source, { limits: { timeout: 100 } }).outcome;
    expect(outcome).toMatchObject({ kind: 'timed-out', rung, error: { code: 'TIMEOUT' } });
    expect(await own.run({ language: 'lua', code: 'return 1' })).toBe(1);
  });

  it('is killed with its process if that does not answer', async () => {
    const { task, pids } = await waiting('waits');
    process.kill(pids[0] as number, 'SIGSTOP');
    expect(await task.cancel('enough')).toMatchObject({ kind: 'cancelled', rung: 'kill' });
    expect(isAlive(pids[0] as number)).toBe(false);
    expect(await runtime.run({ language: 'lua', code: 'return 1' })).toBe(1);
  });

  it('is killed with its process if that cannot be unwound', async () => {
    const { task } = await waiting('blocks');
    expect(await task.cancel('enough')).toMatchObject({ kind: 'cancelled', rung: 'kill' });
  });

  it('can be cancelled while it waits for its turn, and while it runs', async () => {
    const tasks = Array.from({ length: 6 }, () => runtime.start({ module: stops, export: 'heeds' }));
    for (const { state } of tasks) expect(['queued', 'running']).toContain(state);
    const outcomes = await Promise.all(tasks.reverse().map((task) => task.cancel()));
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array(6).fill('cancelled'));
  });

  it('gets nothing of the environment and no descriptor of the owner', async () => {
    process.env['STINT_TEST_SECRET'] = 'secret';
    const fresh = await createRuntime({ threads: 1, isolation: 'process' });
    const names = (await fresh.run({ module, export: 'environment' })) as string[];
    delete process.env['STINT_TEST_SECRET'];
    expect(names).toEqual(['STINT_CHILD']);
    const descriptors = (await fresh.run({ module, export: 'descriptors' })) as string[];
    const own = /^(socket:|pipe:|anon_inode:|\/dev\/null|\/proc\/|\/dev\/pts|.*\.node$)/;
    expect(descriptors.slice(3).filter((name) => !own.test(name))).toEqual([]);
    await fresh.close();
  });

  it('refuses what cannot cross between processes, and goes on', async () => {
    const shared = runtime.start({ module: talks, export: 'same' }, { args: [new SharedArrayBuffer(8)] });
    expect(await shared.outcome).toMatchObject({ kind: 'failed', error: { code: 'VALUE_NOT_TRANSFERABLE' } });
    const { port1 } = new MessageChannel();
    const port = runtime.start({ module: talks, export: 'same' }, { args: [port1], transfer: [port1] });
    expect(await port.outcome).toMatchObject({ kind: 'failed', error: { code: 'VALUE_NOT_TRANSFERABLE' } });
    port1.close();
    const back = runtime.start({ module, export: 'shares' });
    expect(await back.outcome).toMatchObject({ kind: 'failed', error: { code: 'VALUE_NOT_TRANSFERABLE' } });
    expect(() => runtime.runSync({ module })).toThrow(/thread/);
  });

  it('can be one of a runtime whose other tasks run on threads', async () => {
    await using mixed = await createRuntime({ threads: 1 });
    const pids = await Promise.all([mixed.run({ module }), mixed.run({ module }, { isolation: 'process' })]);
    expect(pids[0]).toBe(process.pid);
    expect(pids[1]).not.toBe(process.pid);
    expect(mixed.stats()).toMatchObject({ threads: { count: 1 }, processes: { count: 1 } });
  });
});

describe('a child process that dies', () => {
  it.each([
    ['of SIGKILL', 'isKilled', /SIGKILL/],
    ['of an abort', 'aborts', /SIGABRT/],
  ])('%s takes its own tasks with it and no others, and is replaced', async (_, name, why) => {
    await using own = await createRuntime({ threads: 2, isolation: 'process' });
    const { pids } = await waiting('waits', own);
    const task = own.start({ module, export: name });
    expect(await task.outcome).toMatchObject({
      kind: 'lost',
      error: { code: 'TASK_LOST', message: expect.stringMatching(why) },
    });
    expect(isAlive(pids[0] as number)).toBe(true);
    expect(await own.run({ module })).not.toBe(pids[0]);
    expect(own.stats().processes).toMatchObject({ lost: 1, count: 2 });
  });

  it('of a full heap says so, and one that asks for more memory than it may have gets none', async () => {
    expect(await runtime.start({ module, export: 'fillsHeap' }).outcome).toMatchObject({ kind: 'out-of-memory' });
    const { kind, error } = await runtime.start({ module, export: 'hoards' }).outcome;
    // V8 itself may be the one who gets none.
    expect(['failed', 'out-of-memory']).toContain(kind);
    expect(error?.message).toMatch(/allocation failed|filled the memory/);
    expect(await runtime.run({ language: 'lua', code: 'return 1' })).toBe(1);
  });

  it('has its task run again if that is wanted and nobody knows of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stint-retry-'));
    const args = [join(folder, 'was-here')];
    const again = runtime.start({ module, export: 'isKilledIfNew' }, { args, retry: 1 });
    expect(await again.outcome).toMatchObject({ kind: 'completed', value: 'second time' });
    rmSync(folder, { recursive: true });
    let calls = 0;
    const functions = { count: () => ++calls };
    const known = runtime.start({ module, export: 'isKilledOnce' }, { functions, retry: 5 });
    expect(await known.outcome).toMatchObject({ kind: 'lost' });
    expect(calls).toBe(1);
    expect(await runtime.start({ module, export: 'isKilled' }, { retry: 2 }).outcome).toMatchObject({ kind: 'lost' });
  });

  it('runs what it had not begun in another one, if its thread hangs in what a task has left there', async () => {
    await using own = await createRuntime({ threads: 1, isolation: 'process' });
    const { task, pids } = await waiting('leavesLoop', own);
    await task.outcome;
    expect(await own.run({ module })).not.toBe(pids[0]);
    expect(isAlive(pids[0] as number)).toBe(false);
  });

  it('takes along what its tasks have started', async () => {
    const { task, pids } = await waiting('startsProgram');
    const [pid, program] = pids as [number, number];
    process.kill(pid, 'SIGSTOP');
    await task.cancel();
    await ended(program);
    expect(isAlive(pid)).toBe(false);
  });
});

describe('a child process that no ledger records', () => {
  it('takes along what its tasks have started, however it dies', async () => {
    const warned = once(process, 'warning');
    const directory = fileURLToPath(import.meta.url);
    await using own = await createRuntime({ threads: 1, isolation: 'process', directory });
    const { task, pids } = await waiting('startsProgram', own);
    const [pid, program] = pids as [number, number];
    process.kill(pid, 'SIGKILL');
    expect(await task.outcome).toMatchObject({ kind: 'lost' });
    await ended(program);
    expect(String(await warned)).toMatch(/not recorded/);
  });
});

describe('a runtime whose ledger is lost', () => {
  it('goes on when a record cannot be removed, and says so', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'stint-stuck-'));
    const own = await createRuntime({ threads: 1, isolation: 'process', directory });
    const { task, pids } = await waiting('waits', own);
    const [owner = ''] = readdirSync(join(directory, 'v1')).filter((name) => name !== 'quarantine');
    // A file that is in the way of its end, as one on a disk that is read-only by now.
    const record = join(directory, 'v1', owner, '1.process');
    rmSync(record);
    mkdirSync(record);
    const warned = once(process, 'warning');
    process.kill(pids[0] as number, 'SIGSTOP');
    expect(await task.cancel()).toMatchObject({ kind: 'cancelled', rung: 'kill' });
    expect(String(await warned)).toMatch(/cannot release/);
    expect(await own.run({ language: 'lua', code: 'return 1' })).toBe(1);
    await expect(own.close()).rejects.toThrow(/1 things were not released/);
    rmSync(directory, { recursive: true });
  });

  it('warns once, and starts child processes all the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stint-lost-'));
    const directory = join(folder, 'ledger');
    const warnings: string[] = [];
    const warned = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', warned);
    await using own = await createRuntime({ threads: 1, isolation: 'process', directory });
    const pids = new Set<number>();
    for (let i = 0; i < 3; i += 1) {
      const { task, pids: began } = await waiting('waits', own);
      rmSync(directory, { recursive: true, force: true });
      writeFileSync(directory, '');
      pids.add(began[0] as number);
      process.kill(began[0] as number, 'SIGKILL');
      expect(await task.outcome).toMatchObject({ kind: 'lost' });
    }
    expect(pids.size).toBe(3);
    process.off('warning', warned);
    rmSync(folder, { recursive: true });
    expect(warnings.filter((message) => message.includes('is not recorded'))).toHaveLength(1);
  });
});

describe('an owner of child processes', () => {
  const program = (end: string): string => `
    import { createRuntime } from '${INDEX}';
    const runtime = await createRuntime({ threads: 2, isolation: 'process' });
    const began = (...pids) => console.log(JSON.stringify(pids));
    const source = { module: '${module.href}', export: 'startsProgram' };
    for (let i = 0; i < 2; i += 1) runtime.start(source, { functions: { began } });
    ${end}`;

  it('takes them and all that they started along when it is killed', async () => {
    const owner = spawn(process.execPath, ['--input-type=module', '--eval', program('')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pids: number[] = [];
    for await (const line of createInterface({ input: owner.stdout })) {
      pids.push(...(JSON.parse(line) as number[]));
      if (pids.length === 4) owner.kill('SIGKILL');
    }
    await Promise.all(pids.map(ended));
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('takes along even one that does not notice', async () => {
    const owner = spawn(process.execPath, ['--input-type=module', '--eval', program('')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pids: number[] = [];
    for await (const line of createInterface({ input: owner.stdout })) {
      const [pid, started] = JSON.parse(line) as [number, number];
      pids.push(pid, started);
      process.kill(pid, 'SIGSTOP');
      if (pids.length === 4) owner.kill('SIGKILL');
    }
    await Promise.all(pids.map(ended));
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('may itself have less memory than it gives them, for good', async () => {
    const code = `
      import { createRuntime } from '${INDEX}';
      const runtime = await createRuntime({ threads: 1, isolation: 'process', processMemory: '4gb' });
      console.log(await runtime.run({ language: 'lua', code: 'return 42' }));
      await runtime.close();`;
    // A process that may do everything may raise its bounds, too.
    const through = process.geteuid?.() === 0 ? ['setpriv', '--bounding-set', '-sys_resource'] : [];
    const bounded = ['/bin/sh', '-c', 'ulimit -d 3000000 && exec "$@"', 'bounded', process.execPath];
    const [command = '', ...args] = [...through, ...bounded, '--input-type=module', '--eval', code];
    const owner = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
    expect(line).toBe('42');
  });

  it('is not kept alive by them', async () => {
    const code = `
      import { createRuntime } from '${INDEX}';
      const runtime = await createRuntime({ threads: 1, isolation: 'process' });
      console.log(await runtime.run({ module: '${module.href}' }));`;
    const owner = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
    expect(await once(owner, 'exit')).toEqual([0, null]);
    await ended(Number(line));
  });

  it('leaves none when it closes, however busy they are', async () => {
    const own = await createRuntime({ threads: 2, isolation: 'process', grace: 50 });
    const tasks = await Promise.all([waiting('startsProgram', own), waiting('startsProgram', own)]);
    await own.close({ grace: 20 });
    const outcomes = await Promise.all(tasks.map(({ task }) => task.outcome));
    expect(outcomes.map(({ error }) => error?.code)).toEqual(['RUNTIME_CLOSED', 'RUNTIME_CLOSED']);
    const pids = tasks.flatMap((task) => task.pids);
    await Promise.all(pids.map(ended));
  });

  it('that is killed leaves no scratch directory of its tasks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stint-scratch-test-'));
    const code = `
      import { createRuntime } from '${INDEX}';
      const runtime = await createRuntime({ threads: 1 });
      const made = (directory) => console.log(directory);
      runtime.start({ module: '${talks.href}', export: 'keeps' }, { args: ['loop'], functions: { made } });`;
    const env = { ...process.env, TMPDIR: folder };
    const owner = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env,
    });
    const [directory] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
    expect(readdirSync(directory)).toEqual(['kept']);
    const gone = new Promise<void>((resolve) => {
      const watcher = watch(folder, () => {
        if (existsSync(directory)) return;
        watcher.close();
        resolve();
      });
    });
    owner.kill('SIGKILL');
    await gone;
    rmSync(folder, { recursive: true });
  });
});
