import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { connect as connectClient, createKernel, type KernelOptions } from '#stint/kernel/index';
import { makeFolder } from './helpers.js';
import { invalidFrame, upgrade } from './upgrade.js';

async function makeKernel(options: KernelOptions = {}) {
  const kernel = await createKernel(options);
  onTestFinished(() => kernel.close());
  return kernel;
}

async function dial(address: string, options: { allowHalfOpen?: boolean } = {}): Promise<Socket> {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port), ...options });
  // What the server does to it is what is tested.
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

it('one who is refused as a WebSocket may break off, or stay half open: neither harms the kernel, or holds up its end', async () => {
  const kernel = await makeKernel({ tools: [] });
  const listener = await kernel.listen({ websocket: '127.0.0.1:0' });
  const address = listener.address.replace('ws:', 'http:');
  for (let i = 0; i < 20; i += 1) {
    const socket = await dial(address);
    socket.write(upgrade(address, undefined));
    socket.resetAndDestroy();
  }
  const stays = await dial(address, { allowHalfOpen: true });
  stays.write(upgrade(address, undefined));
  const [answer] = (await once(stays, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 401/);
  await listener.close();
  expect(await kernel.client().ping()).toBeUndefined();
});

it('a request that offers to go on in another protocol is answered as one that does not', async () => {
  const kernel = await makeKernel({ tools: [] });
  const { address, connection } = await kernel.listen({ http: '127.0.0.1:0' });
  const asking = request(`${address}/rpc`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${connection.token}`,
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAEAAEAAAAIAAAAB',
    },
  });
  asking.end('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  expect(await text(response)).toBe('{"jsonrpc":"2.0","id":1,"result":{}}\n');
});

it('a WebSocket that is one too many may be wrong, too', async () => {
  const kernel = await makeKernel({ tools: [], limits: { clients: 1 } });
  const listener = await kernel.listen({ websocket: '127.0.0.1:0' });
  const token = listener.connection?.token;
  const path = join(makeFolder(), 'kernel.sock');
  await kernel.listen({ unix: path });
  await using first = await connectClient(path);
  await first.ping();
  const second = await dial(listener.address.replace('ws:', 'http:'));
  const closed = once(second, 'close');
  second.write(Buffer.concat([Buffer.from(upgrade(listener.address, token)), invalidFrame]));
  second.resume();
  await closed;
  await expect.poll(() => kernel.stats().refused).toBe(1);
});

it.each(['javascript', 'lua'] as const)(
  'a script of a client reaches public hosts only by * (%s)',
  async (language) => {
    const server = createServer((_, response) => response.end('secret')).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const code =
      language === 'lua'
        ? `return http.request{ url = "http://127.0.0.1:${port}/" }.body`
        : `await (await fetch('http://127.0.0.1:${port}/')).text()`;
    const open = await makeKernel({ policy: { net: ['*:*'] } });
    await expect(open.client().scripts.run({ language, code })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    const named = await makeKernel({ policy: { net: [`127.0.0.1:${port}`] } });
    expect(String(await named.client().scripts.run({ language, code }))).toContain(language === 'lua' ? '' : 'secret');
  },
);

it('what a piece of a session leaves behind does not hold a thread for ever', async () => {
  const kernel = await makeKernel();
  const client = kernel.client();
  const session = await client.sessions.open({ language: 'javascript' });
  expect(await session.run("(async () => { await sleep(1); for (;;); })(); 'done'", { timeout: 500 })).toBe('done');
  // The session is told by the end of its VM; a piece that comes then finds a new one.
  await expect.poll(() => session.run('typeof fresh + 1', { timeout: 2000 }).catch(() => undefined)).toBe('undefined1');
  expect(await client.scripts.run({ language: 'lua', code: 'return 1' })).toBe(1);
});

it('a name that is declared twice in a piece is refused, and a hundred thousand names are no trouble', async () => {
  const session = await (await makeKernel()).client().sessions.open({ language: 'javascript' });
  for (const code of ['let a; let a', 'var a; const a = 1', 'class A {} function A() {}', 'let { a, b: [a] } = {}']) {
    await expect(session.run(code)).rejects.toMatchObject({ code: 'SCRIPT_SYNTAX' });
  }
  expect(await session.run('var b = 1; var b = 2; b')).toBe(2);
  const names = Array.from({ length: 20_000 }, (_, i) => `n${i}`);
  expect(await session.run(`let ${names.join(', ')}; n0 = 7; n0`)).toBe(7);
});
