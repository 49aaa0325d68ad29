/** What a worker thread of stint starts with. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { ControlTable } from '../control/control-table.js';
import { INTERRUPT_FUNCTION, type StopMessage } from '../control/interrupter-messages.js';
import type { ToWorker, WorkerSetup } from './messages.js';
import { ScriptWorker } from './script-worker.js';

const setup = workerData as WorkerSetup;
const host = parentPort as MessagePort;
const worker = new ScriptWorker(setup, new ControlTable(setup.control), host);

Object.defineProperty(globalThis, Symbol.for(INTERRUPT_FUNCTION), {
  value: (row: number, number: number) => worker.interrupt(row, number),
});
if (setup.means === 'polling') {
  setup.bell.on('message', ({ row, number }: StopMessage) => worker.interrupt(row, number));
}
host.on('message', (message: ToWorker) => worker.receive(message));
