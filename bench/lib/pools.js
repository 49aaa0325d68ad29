// stint and its rivals behind one face: `call(name, argument, transfer?)` with so many threads.
import { Worker } from 'node:worker_threads';
import Piscina from 'piscina';
import { FixedThreadPool } from 'poolifier';
import { Tinypool } from 'tinypool';
import workerpool from 'workerpool';
import { createRuntime } from '../../dist/index.js';
import { versionOf } from './machine.js';

const TASKS = new URL('../workers/tasks.js', import.meta.url);
const path = (name) => new URL(`../workers/${name}.js`, import.meta.url).pathname;

async function stint(threads) {
  const runtime = await createRuntime({ threads, slots: 1024 });
  return {
    call: (name, argument, transfer) =>
      runtime.run(
        { module: TASKS, export: name },
        transfer === undefined ? { args: [argument] } : { args: [argument], transfer },
      ),
    end: () => runtime.close(),
  };
}

/** piscina and tinypool, which was made from it. */
const piscinaLike = (Pool) => async (threads) => {
  const pool = new Pool({
    filename: TASKS.href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 8,
  });
  return {
    call: (name, argument, transferList) => pool.run(argument, { name, transferList }),
    end: () => pool.destroy(),
  };
};

async function workerPool(threads) {
  const pool = workerpool.pool(path('workerpool-tasks'), {
    minWorkers: threads,
    maxWorkers: threads,
    workerType: 'thread',
  });
  return {
    call: (name, argument, transfer) => pool.exec(name, [argument], transfer === undefined ? {} : { transfer }),
    end: () => pool.terminate(),
  };
}

async function poolifier(threads) {
  const pool = new FixedThreadPool(threads, path('poolifier-tasks'), {
    enableTasksQueue: true,
    tasksQueueOptions: { concurrency: 8 },
    enableEvents: false,
  });
  return {
    call: (name, argument, transfer) => pool.execute(argument, name, undefined, transfer),
    end: () => pool.destroy(),
  };
}

/** No pool: one thread that sends back what it is sent. What any pool is made from. */
export async function rawPingPong() {
  const worker = new Worker(new URL('../workers/echo.js', import.meta.url));
  const waiting = [];
  worker.on('message', (message) => waiting.shift()(message));
  return {
    call: (_, argument) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        worker.postMessage(argument);
      }),
    end: () => worker.terminate(),
  };
}

export const STINT = 'stint';
export const POOLS = {
  [STINT]: stint,
  [`piscina ${versionOf('piscina')}`]: piscinaLike(Piscina),
  [`tinypool ${versionOf('tinypool')}`]: piscinaLike(Tinypool),
  [`workerpool ${versionOf('workerpool')}`]: workerPool,
  [`poolifier ${versionOf('poolifier')}`]: poolifier,
};
