// A server in a process of its own: the kernel, or a plain echo of lines. node server.js kernel|echo|bare|loaded PATH; says 'on' when it is there.
import { createServer } from 'node:net';

const [kind, path] = process.argv.slice(2);

async function serveKernel() {
  const { createKernel } = await import('../../dist/kernel/index.js');
  const kernel = await createKernel();
  await kernel.listen({ unix: path });
  return kernel;
}

/** What a kernel holds after some use: calls of tools, scripts, and ten sessions. */
async function load(kernel) {
  const client = kernel.client();
  for (let i = 0; i < 2000; i += 1) await client.tools.call('calculator', { expression: `${i} + 1` });
  for (let i = 0; i < 200; i += 1) await client.scripts.run({ language: 'lua', code: 'return ...' }, { args: [i] });
  for (let i = 0; i < 10; i += 1) await (await client.sessions.open({ language: 'lua' })).run('x = 1');
}

if (kind === 'echo') {
  const server = createServer((socket) => socket.on('data', (data) => socket.write(data)));
  await new Promise((done) => server.listen({ path, backlog: 4096 }, done));
} else if (kind !== 'bare') {
  const kernel = await serveKernel();
  if (kind === 'loaded') await load(kernel);
}
globalThis.gc?.();
process.send({ on: true, rss: process.memoryUsage.rss() });
process.on('disconnect', () => process.exit(0));
// A bare process would end.
setInterval(() => undefined, 1 << 30);
