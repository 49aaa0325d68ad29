import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { closeSharedRuntime, type Outcome, sharedRuntime } from '#stint/index';

const url = (file: string) => new URL(`modules/${file}`, import.meta.url);
afterEach(closeSharedRuntime);

/** A thread that makes one synchronous call when it is told to, and answers with what came of it. */
function caller(call: object): Worker {
  return new Worker(url('calls-shared.mjs'), { workerData: { module: url('shared.mjs').href, ...call } });
}

async function answerOf(worker: Worker): Promise<{ value?: unknown; code?: string; message?: string; cause?: string }> {
  const [answer] = await once(worker, 'message');
  return answer as never;
}

describe('synchronous calls of other threads', () => {
  it('sixteen that race to the first call share one runtime', async () => {
    const go = new Int32Array(new SharedArrayBuffer(4));
    const workers = Array.from({ length: 16 }, () => caller({ go }));
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    const answers = workers.map(answerOf);
    Atomics.store(go, 0, 1);
    Atomics.notify(go, 0);
    const threads = new Set((await Promise.all(answers)).map(({ value }) => value));
    expect(threads.size).toBeLessThanOrEqual(sharedRuntime().stats().threads.count);
    expect(sharedRuntime().stats().ended.completed).toBe(16);
    await Promise.all(workers.map((worker) => worker.terminate()));
  });

  it('bring their arguments, and take results and errors back as they are', async () => {
    const bytes = new Uint8Array(8 * 1024 ** 2).fill(3);
    const worker = caller({ args: [bytes], export: 'same' });
    expect(((await answerOf(worker)).value as Uint8Array).length).toBe(bytes.length);
    const failing = caller({ export: 'fails' });
    expect(await answerOf(failing)).toMatchObject({
      code: 'SCRIPT_ERROR',
      message: 'no good',
      cause: 'TypeError E_BAD',
    });
    const odd = caller({ export: 'functions' });
    expect(await answerOf(odd)).toMatchObject({ code: 'VALUE_NOT_TRANSFERABLE' });
    expect(sharedRuntime().stats().started).toBe(3);
  });

  it('hold their deadlines and can be cancelled', async () => {
    expect(await answerOf(caller({ export: 'endless', limits: { timeout: 60 } }))).toMatchObject({ code: 'TIMEOUT' });
    let cancel = new Int32Array(new SharedArrayBuffer(4));
    let cancelledAt = 0;
    sharedRuntime().on('task', ({ type }) => {
      if (type !== 'started') return;
      Atomics.store(cancel, 0, 1);
      cancelledAt = performance.now();
    });
    const times: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      cancel = new Int32Array(new SharedArrayBuffer(4));
      expect(await answerOf(caller({ export: 'endless', cancel }))).toMatchObject({ code: 'CANCELLED' });
      times.push(performance.now() - cancelledAt);
    }
    // The grace is 100 ms; as long as the main thread is given to take a call nobody may be deaf. Other programs may hold one up, not all.
    expect(Math.min(...times)).toBeLessThan(800);
  });

  it('end with the thread that made them', async () => {
    const ended = new Promise<Outcome>((resolve) => {
      sharedRuntime().on('task', (event) => {
        if (event.type === 'started') void worker.terminate();
        if (event.type === 'ended') resolve(event.outcome);
      });
    });
    const worker = caller({ export: 'endless', limits: { timeout: null } });
    expect(await ended).toMatchObject({ kind: 'cancelled', error: { cause: expect.stringContaining('thread') } });
  });

  it('take a runtime of their own when the main thread blocks', async () => {
    const go = new Int32Array(new SharedArrayBuffer(8));
    const worker = caller({ go, limits: { timeout: 2000 } });
    await once(worker, 'message');
    const answer = answerOf(worker);
    Atomics.store(go, 0, 1);
    Atomics.notify(go, 0);
    // Until the call has come back; the bound ends a hang.
    expect(Atomics.wait(go, 1, 0, 60_000)).not.toBe('timed-out');
    expect((await answer).value).toEqual(expect.any(Number));
    expect(sharedRuntime().stats().started).toBe(0);
  });

  it('take a runtime of their own for what only the calling thread can do', async () => {
    expect(await answerOf(caller({ export: 'prints', collects: true }))).toMatchObject({ value: 'printed' });
    expect(sharedRuntime().stats().started).toBe(0);
  });
});
