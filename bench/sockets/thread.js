// A thread of the two-thread variants: a server, or a share of the clients.
import { parentPort, workerData } from 'node:worker_threads';
import { startEchoServer } from './echo-server.js';
import { runIoClients } from './io-clients.js';
import { runNetClients } from './net-clients.js';

const { role } = workerData;
if (role === 'server') {
  const { port } = await startEchoServer(workerData.gate);
  parentPort.postMessage({ port });
} else {
  const run = role === 'io' ? runIoClients : runNetClients;
  parentPort.postMessage(await run(workerData));
}
