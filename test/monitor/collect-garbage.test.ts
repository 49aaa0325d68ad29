import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { GarbageCollector } from '#stint/monitor/index';

/** Says on request whether what it had is collected. */
const HOLDER = `
const { parentPort } = require('node:worker_threads');
const ref = new WeakRef({ big: new Array(1000).fill(0) });
parentPort.on('message', () => parentPort.postMessage(ref.deref() === undefined));
parentPort.postMessage('ready');`;

describe('a garbage collector', () => {
  it('collects in this thread and in every worker', async () => {
    using collector = (await GarbageCollector.open()) as GarbageCollector;
    const worker = new Worker(HOLDER, { eval: true });
    await once(worker, 'message');
    const here = new WeakRef({ big: new Array(1000).fill(0) });
    // A reference that was made in this turn of the event loop is kept until it ends.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await collector.collect()).toBeGreaterThanOrEqual(2);
    expect(here.deref()).toBeUndefined();
    const answer = once(worker, 'message');
    worker.postMessage('?');
    expect(await answer).toEqual([true]);
    await worker.terminate();
  });

  it('is not held up by a thread that goes meanwhile (invariant 1)', async () => {
    using collector = (await GarbageCollector.open()) as GarbageCollector;
    const worker = new Worker(HOLDER, { eval: true });
    await once(worker, 'message');
    const collected = collector.collect();
    void worker.terminate();
    expect(await collected).toBeGreaterThanOrEqual(1);
  });

  it('reaches its own thread when it is opened in a worker', async () => {
    const url = new URL('../../dist/monitor/index.js', import.meta.url).href;
    const code = `import { GarbageCollector } from '${url}'; import { parentPort } from 'node:worker_threads';
      const collector = await GarbageCollector.open(); parentPort.postMessage(await collector.collect()); collector.close();`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
    expect(await once(worker, 'message')).toEqual([1]);
    await once(worker, 'exit');
  });
});
