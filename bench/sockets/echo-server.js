import { createServer } from 'node:net';
import { BYTES } from './payload.js';

const BACKLOG = 4096;

/**
 * An echo server on a free port of 127.0.0.1.
 *
 * @param gate nobody is answered before so many are connected
 */
export async function startEchoServer(gate = 0) {
  const held = [];
  let connected = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    connected += 1;
    socket.on('error', () => socket.destroy());
    if (connected <= gate) held.push(socket);
    else echo(socket);
    if (connected === gate) for (const waiting of held.splice(0)) echo(waiting);
  });
  await new Promise((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, resolve));
  return { port: server.address().port, close: () => server.close() };
}

function echo(socket) {
  let got = 0;
  socket.on('data', (chunk) => {
    got += chunk.length;
    socket.write(chunk);
    if (got >= BYTES) socket.end();
  });
}
