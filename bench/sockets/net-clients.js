import { connect } from 'node:net';
import { pace } from './pace.js';
import { BYTES, payload } from './payload.js';

/** The load by plain `node:net`. Gives how many got back what they sent, and how long each took in ms. */
export async function runNetClients({ port, count, paced }) {
  const times = [];
  let right = 0;
  let open = count;
  await new Promise((resolve) => {
    const start = (i) => {
      const from = performance.now();
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      const sent = payload(i);
      let got = '';
      socket.setEncoding('latin1');
      socket.on('connect', () => socket.write(sent));
      socket.on('data', (text) => {
        got += text;
        if (got.length < BYTES) return;
        times.push(performance.now() - from);
        if (got === sent) right += 1;
        socket.end();
      });
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open -= 1;
        if (open === 0) resolve();
      });
    };
    void pace(count, paced, start);
  });
  return { right, times };
}
