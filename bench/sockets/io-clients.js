import { ScriptIo } from '../../dist/io/script-io.js';
import { pace } from './pace.js';
import { BYTES, payload } from './payload.js';

/** The load by stint's own I/O, called from a module: what scripts call, without VMs. */
export async function runIoClients({ port, count, paced }) {
  const permissions = { net: ['127.0.0.1:*'] };
  const times = [];
  let right = 0;
  const client = async (i) => {
    const from = performance.now();
    const io = new ScriptIo({ permissions, maxBytes: 1 << 20 });
    const { id } = await io.call('tcp.connect', ['127.0.0.1', port]);
    const sent = payload(i);
    await io.call('connection.write', [sent], id);
    let got = '';
    while (got.length < BYTES) {
      got += Buffer.from(await io.call('connection.read', [BYTES - got.length], id)).toString('latin1');
    }
    times.push(performance.now() - from);
    if (got === sent) right += 1;
    await io.call('connection.close', [], id);
    io.close();
  };
  const all = [];
  await pace(count, paced, (i) => all.push(client(i)));
  await Promise.all(all);
  return { right, times };
}
