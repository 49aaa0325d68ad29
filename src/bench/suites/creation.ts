import { Worker } from 'node:worker_threads';
import type { Program, VmHost } from '../../engines/engine.js';
import { compileEngine, createEngine } from '../../engines/load-engine.js';
import { createRuntime } from '../../runtime/create-runtime.js';
import { createSubScripts } from '../../subscript/index.js';
import { inMicroseconds, timeEach } from '../clock.js';
import { atMost, SOURCES } from '../measurement.js';
import type { Suite, SuiteContext } from '../suite.js';

const MEMORY = 64 * 1024 ** 2;
const THREAD = "require('node:worker_threads').parentPort.postMessage(0)";

/** The host of a VM that calls nothing. */
const HOST: VmHost = {
  write: () => true,
  stopRequested: () => false,
  preemptRequested: () => false,
  call: () => 'refused',
  answerTo: () => undefined,
  wake: () => undefined,
};

export const suite: Suite = {
  title: 'Creation',
  about: 'What it takes to make a thread, a virtual machine, a sub-script and a runtime.',
  async run(context) {
    context.row({
      id: 'thread',
      title: 'worker thread: start to its first message',
      unit: 'ms',
      values: await timeEach(context.size(30, 3), startThread, 1),
      note: 'what a pool pays that cancels by ending threads',
    });
    await measureVms(context);
    await measureSubScripts(context);
    await measureRuntimes(context);
  },
};

async function measureVms(context: SuiteContext): Promise<void> {
  const program = (language: Program['language']): Program => ({
    language,
    code: '',
    name: 'bench',
    memory: MEMORY,
  });
  const lua = await createEngine(await compileEngine('lua'), { polling: false, cellSize: 64 });
  const makeLua = async (): Promise<void> => (await lua.create(program('lua'), [], HOST)).close();
  context.row({
    id: 'lua-vm',
    title: 'Lua VM: create and close, one after the other',
    unit: 'us',
    values: inMicroseconds(await timeEach(context.size(2000, 200), makeLua, 100)),
    targets: [atMost('p50', 150, SOURCES.own)],
  });
  const javascript = await createEngine(await compileEngine('javascript'), { polling: false, cellSize: 64 });
  const makeJavaScript = async (): Promise<void> => (await javascript.create(program('javascript'), [], HOST)).close();
  context.row({
    id: 'javascript-vm',
    title: 'JavaScript VM: create and close, one after the other',
    unit: 'us',
    values: inMicroseconds(await timeEach(context.size(300, 30), makeJavaScript, 10)),
  });
}

/** From the launch to the moment at which the host hears of the script's first call. */
async function measureSubScripts(context: SuiteContext): Promise<void> {
  let started = 0;
  let finished = (): void => undefined;
  const subScripts = createSubScripts({
    onSubCall: () => {
      started = performance.now();
      return undefined;
    },
    onSubFinished: () => finished(),
    onSubError: (_, message) => {
      throw new Error(message);
    },
  });
  const times: number[] = [];
  const warmup = context.size(50, 10);
  const count = context.size(1000, 60);
  for (let i = -warmup; i < count; i += 1) {
    const ended = new Promise<void>((resolve) => {
      finished = resolve;
    });
    const from = performance.now();
    subScripts.launchSubScript('Started()', '', 'Started');
    await ended;
    if (i >= 0) times.push((started - from) * 1000);
  }
  await subScripts.close();
  context.row({
    id: 'sub-script',
    title: 'sub-script: launch to its first call, heard by the host',
    unit: 'us',
    values: times,
    targets: [
      atMost('mean', 250, SOURCES.subScripts),
      atMost('p50', 180, SOURCES.subScripts),
      atMost('p95', 850, SOURCES.subScripts),
      atMost('max', 2300, SOURCES.subScripts),
    ],
    note: 'the other figures are for making a VM on a thread of its own',
  });
}

async function measureRuntimes(context: SuiteContext): Promise<void> {
  const made: number[] = [];
  const first: number[] = [];
  const closed: number[] = [];
  for (let i = 0; i < context.size(20, 2); i += 1) {
    const from = performance.now();
    const runtime = await createRuntime({ threads: 1 });
    const ready = performance.now();
    await runtime.run({ language: 'lua', code: 'return 1' });
    const answered = performance.now();
    await runtime.close();
    made.push(ready - from);
    first.push(answered - from);
    closed.push(performance.now() - answered);
  }
  context.row({
    id: 'runtime',
    title: 'runtime: createRuntime()',
    unit: 'ms',
    values: made,
    targets: [atMost('max', 10, SOURCES.bridge)],
  });
  context.row({
    id: 'runtime-first',
    title: 'runtime: createRuntime() to the first result',
    unit: 'ms',
    values: first,
  });
  context.row({ id: 'runtime-close', title: 'runtime: close()', unit: 'ms', values: closed });
}

function startThread(): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(THREAD, { eval: true });
    worker.once('error', reject);
    worker.once('message', () => {
      // The end of the thread is not in the time, but it must not be in the next one either.
      resolve();
      void worker.terminate();
    });
  });
}
