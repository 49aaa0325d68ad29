import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HostFunction } from '#stint/index';
import { openRuntime } from '../open-runtime.js';

const make = () => openRuntime({ threads: 1, limits: { timeout: '5s' } });
const lua = (code: string) => ({ language: 'lua', code }) as const;
const handsOver = (name: string) => ({ module: new URL('modules/hands-over.mjs', import.meta.url), export: name });

/** An error that cannot be read. */
function trap(): Error {
  return Object.defineProperty(new Error('x'), 'message', {
    get() {
      throw new Error('trap');
    },
  });
}

function handedOver(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

describe('a buffer that was handed over already', () => {
  it('is refused as an argument', async () => {
    const runtime = await make();
    const bytes = handedOver();
    const options = { args: [bytes], transfer: [bytes.buffer] };
    const { error } = await runtime.start(handsOver('echo'), options).outcome;
    expect(error).toMatchObject({ code: 'VALUE_NOT_TRANSFERABLE', message: expect.stringContaining('args[0]') });
    expect(() => runtime.start(lua('return 1'), { args: [bytes] })).toThrow(/handed over already/);
    expect(await runtime.run(handsOver('echo'), { args: [5] })).toBe(5);
  });

  it.each(['again', 'againAsPart', 'noBuffer'])('is refused as a result: %s', async (name) => {
    const runtime = await make();
    const task = runtime.start(handsOver(name));
    const parts = (async () => {
      for await (const _ of task);
    })().catch(() => undefined);
    expect((await task.outcome).error).toMatchObject({ code: 'VALUE_NOT_TRANSFERABLE' });
    await parts;
    expect(await runtime.run(handsOver('echo'), { args: [5] })).toBe(5);
    expect(runtime.stats().threads.started).toBe(1);
  });
});

describe('an error that cannot be read', () => {
  it('may be the reason of a cancel', async () => {
    const runtime = await make();
    const task = runtime.start(lua('while true do end'));
    expect(await task.cancel(trap())).toMatchObject({ kind: 'cancelled' });
  });

  it.each<[string, HostFunction]>([
    [
      'an error whose message throws',
      () => {
        throw trap();
      },
    ],
    [
      'a proxy whose traps throw',
      () => {
        throw new Proxy(new Error('x'), {
          get: () => Promise.reject(trap()),
          getPrototypeOf: () => void trap().message as never,
        });
      },
    ],
  ])('may come from a host function: %s', async (_, boom) => {
    const runtime = await make();
    const functions = { boom };
    expect(await runtime.run(lua('return (pcall(functions.boom))'), { functions })).toBe(false);
    const code = 'try { await boom(); } catch { "caught" }';
    expect(await runtime.run({ language: 'javascript', code }, { functions })).toBe('caught');
  });
});

describe('a listener that throws', () => {
  it.each([
    ['lua', 'events.e(1) return 5'],
    ['javascript', 'events.e(1); 5'],
  ] as const)('decides the outcome, although the script had come to its end: %s', async (language, code) => {
    const runtime = await make();
    const events = {
      e() {
        throw new Error('listener failed');
      },
    };
    for (let i = 0; i < 20; i += 1) {
      const { kind, error } = await runtime.start({ language, code }, { events }).outcome;
      expect([kind, error?.message]).toEqual(['cancelled', expect.stringContaining('listener failed')]);
    }
  });

  it('may be the one for output, or reject later', async () => {
    const runtime = await make();
    const output = () => {
      throw new Error('no room');
    };
    expect((await runtime.start(lua('print(1) return 5'), { output }).outcome).error?.message).toContain('no room');
    const events = { e: () => Promise.reject(new Error('rejected')) };
    const { error } = await runtime.start(lua('events.e(1) while true do end'), { events }).outcome;
    expect(error?.message).toContain('rejected');
  });
});

describe('a source that is a pipe', () => {
  it('is refused, although nobody writes to it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stint-pipe-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'pipe.lua');
    expect(spawnSync('mkfifo', [file]).status).toBe(0);
    const runtime = await make();
    const { error } = await runtime.start({ file }).outcome;
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('not a regular file') });
    expect(() => runtime.runSync({ file })).toThrow(/not a regular file/);
  });
});

it('no task has waited for less than no time', async () => {
  const runtime = await make();
  for (let i = 0; i < 50; i += 1) {
    expect((await runtime.start(lua('return 1')).outcome).usage.queuedMs).toBeGreaterThanOrEqual(0);
  }
});
