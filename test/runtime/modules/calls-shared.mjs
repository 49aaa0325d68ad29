// A worker thread that says that it is ready and waits until it is told to go, calls synchronously, and tells what came of it.
import { parentPort, workerData } from 'node:worker_threads';
import { callSync, closeSharedRuntime } from '#stint/index';

const { module, go, collects, args = [], ...options } = workerData;
if (go !== undefined) {
  parentPort.postMessage('ready');
  Atomics.wait(go, 0, 0);
}
const output = collects ? { output: () => undefined } : {};
let answer;
try {
  answer = { value: callSync(module, args, { ...options, ...output }) };
} catch (error) {
  answer = { code: error.code, message: error.message, cause: `${error.cause?.name} ${error.cause?.code}` };
}
if (go?.length > 1) {
  Atomics.store(go, 1, 1);
  Atomics.notify(go, 1);
}
parentPort.postMessage(answer);
await closeSharedRuntime();
