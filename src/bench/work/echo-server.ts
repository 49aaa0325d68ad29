/**
 * An echo server in a process of its own, for clients that need all descriptors of theirs. Tells its port to the parent, and goes with it.
 */
import { type AddressInfo, createServer } from 'node:net';

const BACKLOG = 4096;
const bytes = Number(process.argv[2]);

const server = createServer({ noDelay: true }, (socket) => {
  let got = 0;
  // A client that goes away is none of the server's business: it is counted as unanswered on its own side.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    got += chunk.length;
    socket.write(chunk);
    if (got >= bytes) socket.end();
  });
});
server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () => {
  process.send?.((server.address() as AddressInfo).port);
});
process.on('disconnect', () => process.exit(0));
