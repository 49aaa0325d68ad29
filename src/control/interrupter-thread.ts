/** The thread of the interrupter. */
import { workerData } from 'node:worker_threads';
import type { InterrupterData } from './interrupter-messages.js';
import { runInterrupter } from './run-interrupter.js';

runInterrupter(workerData as InterrupterData);
