/** What a worker thread of stint starts with. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { ControlTable } from '../control/control-table.js';
import { INTERRUPT_FUNCTION } from '../control/interrupter-messages.js';
import { nesting } from '../control/nesting.js';
import { compileForShortProgram } from '../engines/compile.js';
import type { ScriptEngineName } from '../engines/engine-name.js';
import { prepareEngine } from '../engines/load-engine.js';
import { giveRandom } from '../engines/random.js';
import type { WorkerSetup } from './messages.js';
import { ScriptWorker } from './script-worker.js';

(parentPort as MessagePort).once('message', (setup: WorkerSetup) => {
  nesting.depth = setup.depth;
  giveRandom(setup.random);
  const worker = new ScriptWorker(setup, new ControlTable(setup.control));
  Object.defineProperty(globalThis, Symbol.for(INTERRUPT_FUNCTION), {
    value: () => worker.interrupt(),
  });
  if (setup.means === 'polling') {
    setup.bell.on('message', () => worker.interrupt());
  }
  worker.loaded();
});

if (typeof workerData === 'string') {
  compileForShortProgram();
  // A failure is met again where the engine is needed.
  prepareEngine(workerData as ScriptEngineName).catch(() => undefined);
}
