// Many clients at once at a unix socket: all connect and are answered a ping, then each sends one line and waits for one. Says how long that took.
// node clients.js PATH COUNT
import { connect } from 'node:net';

const [path, count] = [process.argv[2], Number(process.argv[3])];
/** Connects that are under way at a time, until the server has answered: the queue of a listener is bounded. */
const WINDOW = 256;
const PING = '{"jsonrpc":"2.0","id":0,"method":"ping","params":{}}\n';
const LINE = `${JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'calculator', arguments: { expression: '6 * 7' } },
})}\n`;

/** Sends a line and waits for one. */
function ask(socket, line) {
  return new Promise((done, failed) => {
    let text = '';
    const take = (data) => {
      text += data;
      if (!text.endsWith('\n')) return;
      socket.off('data', take).off('error', failed).off('close', failed);
      done(text);
    };
    socket.on('data', take).once('error', failed).once('close', failed);
    socket.write(line);
  });
}

const startedAt = performance.now();
const sockets = [];
let next = 0;
await Promise.all(
  Array.from({ length: WINDOW }, async () => {
    while (next < count) {
      next += 1;
      const socket = connect(path).setEncoding('utf8');
      await ask(socket, PING);
      sockets.push(socket);
    }
  }),
);
const connectedAt = performance.now();
let right = 0;
const latencies = [];
await Promise.all(
  sockets.map(async (socket) => {
    const from = performance.now();
    const text = await ask(socket, LINE);
    latencies.push(performance.now() - from);
    const { id, result, method } = JSON.parse(text);
    if (id === 1 && (method !== undefined || result?.result?.result === 42)) right += 1;
  }),
);
const answeredAt = performance.now();
latencies.sort((a, b) => a - b);
const at = (share) => latencies[Math.min(count - 1, Math.ceil(share * count) - 1)];
process.send(
  { connectMs: connectedAt - startedAt, answerMs: answeredAt - connectedAt, right, p50: at(0.5), p99: at(0.99) },
  () => process.exit(0),
);
