import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ControlTable } from '#stint/control/control-table';
import { availableMeans, type InterrupterLease, interruptLater, watchTable } from '#stint/control/interrupter';
import { createRuntime } from '#stint/runtime/create-runtime';

let booted: Worker[];
const note = (worker: Worker): void => void booted.push(worker);
/** How many threads were booted; Node tells a tick later. */
const count = async (): Promise<number> => {
  await new Promise((resolve) => process.nextTick(resolve));
  return booted.length;
};

beforeEach(() => {
  booted = [];
  process.on('worker', note);
});

afterEach(() => {
  process.off('worker', note);
  interruptLater(0);
});

function lease(): InterrupterLease {
  const made = watchTable(availableMeans(), ControlTable.create(4, 1, 100, 10), () => undefined);
  onTestFinished(() => made.release());
  return made;
}

describe('interrupter', () => {
  it('boots when it is started, once', async () => {
    const interrupter = lease();
    expect(await count()).toBe(0);
    interrupter.start();
    interrupter.start();
    interrupter.look('task');
    expect(await count()).toBe(1);
  });

  it('boots after the thread that it is for', async () => {
    await using runtime = await createRuntime({ threads: 1 });
    expect(await count()).toBe(1);
    const thread = booted[0] as Worker;
    const atOnline = new Promise<number>((resolve) => thread.once('online', () => resolve(booted.length)));
    expect(await runtime.run({ language: 'lua', code: 'return 1' })).toBe(1);
    expect(await atOnline).toBe(1);
    expect(await count()).toBe(2);
  });

  it('boots later if it is to, and not at all if it is over by then', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    interruptLater(50);
    const interrupter = lease();
    interrupter.start();
    vi.advanceTimersByTime(49);
    expect(await count()).toBe(0);
    await interrupter.release();
    vi.advanceTimersByTime(1);
    expect(await count()).toBe(0);

    lease().start();
    vi.advanceTimersByTime(50);
    expect(await count()).toBe(1);
  });

  it('does not boot when it was released, whatever still asks for it', async () => {
    const interrupter = lease();
    await interrupter.release();
    interrupter.start();
    interrupter.look('task');
    expect(await count()).toBe(0);
  });

  it('leaves nothing of a runtime that is closed while its threads boot', async () => {
    const listeners = process.listenerCount('exit');
    const atOnce = await createRuntime({ threads: 2 });
    await atOnce.close();
    const atOnline = await createRuntime({ threads: 2 });
    await count();
    await new Promise((resolve) => booted.at(-1)?.once('online', resolve));
    await atOnline.close();
    expect(process.listenerCount('exit')).toBe(listeners);
  });

  it('boots at once when there is something to look at', async () => {
    interruptLater(1_000_000);
    const interrupter = lease();
    interrupter.start();
    expect(await count()).toBe(0);
    interrupter.look('task');
    expect(await count()).toBe(1);
  });
});
