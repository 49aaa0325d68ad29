// One run of one variant in a process of its own: node bench/sockets/variant.js '{"name":"scripts","count":10000,"paced":true}'
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { startEchoServer } from './echo-server.js';
import { runNetClients } from './net-clients.js';
import { makeRuntime, runScriptClients, startScriptServers } from './script-clients.js';

const THREADS = 2;
const SCRIPT_SERVERS = 16;
const options = JSON.parse(process.argv[2]);
const { name, count, paced, gate = 0 } = options;

async function inThread(data) {
  const worker = new Worker(new URL('thread.js', import.meta.url), { workerData: data });
  const [answer] = await once(worker, 'message');
  return {
    answer,
    end: () => worker.terminate(),
    async go() {
      worker.postMessage('go');
      return (await once(worker, 'message'))[0];
    },
  };
}

/** What each variant does: sets up, then gives what is to be timed. */
const VARIANTS = {
  async 'net, one thread'() {
    const server = await startEchoServer(gate);
    return { load: () => runNetClients({ port: server.port, count, paced }), end: server.close };
  },
  async 'net, two threads'() {
    const server = await inThread({ role: 'server', gate });
    return { load: () => runNetClients({ port: server.answer.port, count, paced }), end: server.end };
  },
  async modules() {
    const server = await inThread({ role: 'server', gate });
    const clients = await inThread({ role: 'clients', port: server.answer.port, count, paced });
    return {
      load: clients.go,
      async end() {
        await clients.end();
        await server.end();
      },
    };
  },
  async scripts() {
    const server = await startEchoServer(gate);
    const runtime = await makeRuntime(count, THREADS);
    return {
      load: () => runScriptClients(runtime, { ports: [server.port], count, paced }),
      async end() {
        await runtime.close();
        server.close();
      },
    };
  },
  async 'scripts on both ends'() {
    const servers = await makeRuntime(SCRIPT_SERVERS, THREADS);
    const ports = await startScriptServers(servers, SCRIPT_SERVERS);
    const runtime = await makeRuntime(count, THREADS);
    return {
      load: () => runScriptClients(runtime, { ports, count, paced }),
      async end() {
        await runtime.close();
        await servers.close();
      },
    };
  },
};

const { load, end } = await VARIANTS[name]();
const from = performance.now();
const { right, times } = await load();
const ms = performance.now() - from;
await end();
times.sort((a, b) => a - b);
const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
console.log(JSON.stringify({ ms, right, p50: at(0.5), p99: at(0.99), peakRss: process.resourceUsage().maxRSS * 1024 }));
