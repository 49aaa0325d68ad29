/** What a worker thread of stint starts with. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { ControlTable } from '../control/control-table.js';
import { INTERRUPT_FUNCTION } from '../control/interrupter-messages.js';
import type { ToWorker, WorkerSetup } from './messages.js';
import { ScriptWorker } from './script-worker.js';

const setup = workerData as WorkerSetup;
const host = parentPort as MessagePort;
const worker = new ScriptWorker(setup, new ControlTable(setup.control), host);

Object.defineProperty(globalThis, Symbol.for(INTERRUPT_FUNCTION), {
  value: () => worker.interrupt(),
});
if (setup.means === 'polling') {
  setup.bell.on('message', () => worker.interrupt());
}
host.on('message', (message: ToWorker) => worker.receiveMessage(message));
