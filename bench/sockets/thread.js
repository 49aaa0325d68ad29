// A thread of the two-thread variants: a server, or clients, which begin when they are told.
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { startEchoServer } from './echo-server.js';
import { runIoClients } from './io-clients.js';

if (workerData.role === 'server') {
  const { port } = await startEchoServer(workerData.gate);
  parentPort.postMessage({ port });
} else {
  parentPort.postMessage('ready');
  await once(parentPort, 'message');
  parentPort.postMessage(await runIoClients(workerData));
}
