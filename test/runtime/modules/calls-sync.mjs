// A worker thread that calls synchronously, and tells what came of it.
import { parentPort, workerData } from 'node:worker_threads';
import { callSync, closeSharedRuntime } from '#stint/index';

parentPort.postMessage(callSync(workerData, [20]));
await closeSharedRuntime();
