import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createKernel } from '#stint/kernel/create-kernel';
import { connect } from '#stint/kernel/transport/connect';
import { openRuntime, PATIENT } from '../open-runtime.js';
import { Gate, makeFolder, makeKernel, RawClient } from './helpers.js';

const TRANSPORTS = [
  { unix: '' },
  { tcp: '127.0.0.1:0' },
  { websocket: '127.0.0.1:0' },
  { http: '127.0.0.1:0' },
] as const;
type Transport = (typeof TRANSPORTS)[number];

async function listen(transport: Transport, gate = new Gate(), options = {}) {
  const kernel = await makeKernel(options, gate);
  const listener = await kernel.listen('unix' in transport ? { unix: join(makeFolder(), 's') } : transport);
  return { kernel, listener };
}

describe.each(TRANSPORTS.map((transport) => [Object.keys(transport)[0] as string, transport] as const))(
  '%s',
  (_, transport) => {
    it('gives a client all that one in the process has', async () => {
      const { kernel, listener } = await listen(transport);
      for (const client of [await connect(listener.connection), kernel.client()]) {
        expect((await client.tools.list({ category: 'test' })).length).toBe(6);
        expect((await client.tools.search('adds numbers', { tag: 'sum', limit: 1 }))[0]?.name).toBe('add');
        expect(await client.tools.info('add')).toMatchObject({ name: 'add', security: 'safe', tags: ['sum'] });
        expect(await client.tools.test('add')).toMatchObject({ tool: 'add', passed: true });
        const values = {
          n: null,
          big: 2n ** 62n,
          bytes: Uint8Array.of(0, 255),
          nan: Number.NaN,
          $bytes: 'no',
          list: [{ $date: 'x' }],
        };
        expect(await client.tools.call('echo', values)).toEqual(values);
        const outcome = await client.scripts.start({ language: 'javascript', code: 'throw new TypeError("bad")' })
          .outcome;
        expect(outcome).toMatchObject({
          kind: 'failed',
          error: { code: 'SCRIPT_ERROR', scriptErrorName: 'TypeError', line: 1 },
        });
        const heard: unknown[] = [];
        await client.tools.call('count', { to: 2 }, { onPart: (part) => heard.push(part) });
        expect(heard).toEqual([0, 1]);
        expect(await client.info()).toMatchObject({
          protocolVersion: 'stint/1',
          serverInfo: { name: 'stint', pid: process.pid },
        });
        expect(await client.stats()).toMatchObject({ tools: 6 });
        await client.close();
        await expect(client.ping()).rejects.toMatchObject({
          name: expect.any(String),
          code: expect.stringMatching(/CANCELLED|RUNTIME_CLOSED/),
        });
      }
    });

    it('ends a call when its signal aborts', async () => {
      const gate = new Gate();
      const { listener } = await listen(transport, gate);
      const client = await connect(listener.connection);
      const stop = new AbortController();
      const call = client.tools.call('wait', {}, { signal: stop.signal });
      await gate.reached(1);
      stop.abort(new Error('enough'));
      await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await client.tools.call('echo', 1)).toBe(1);
      await client.close();
    });

    it('ends a script that is cancelled, and settles when the kernel has ended it', async () => {
      const runtime = await openRuntime({ threads: 2, ...PATIENT });
      const { kernel, listener } = await listen(transport, new Gate(), { runtime });
      for (const client of [await connect(listener.connection), kernel.client()]) {
        const code = 'print("on") while true do end';
        let begin!: () => void;
        const begun = new Promise<void>((resolve) => {
          begin = resolve;
        });
        const task = client.scripts.start({ language: 'lua', code }, { output: () => begin() });
        await begun;
        expect(await task.cancel('bored')).toMatchObject({ kind: 'cancelled' });
        expect(kernel.runtime.stats().live).toBe(0);
        const early = client.scripts.start({ language: 'lua', code });
        expect(await early.cancel('bored')).toMatchObject({ kind: 'cancelled', error: { code: 'CANCELLED' } });
        await client.close();
      }
    });

    it('ends one request when its own callback fails; the others, and the connection, go on', async () => {
      const gate = new Gate();
      const { kernel, listener } = await listen(transport, gate);
      const bug = new Error('my bug');
      const throws = () => {
        throw bug;
      };
      const rejects = () => Promise.reject(bug);
      for (const client of [await connect(listener.connection), kernel.client()]) {
        gate.waiting.length = 0;
        const other = client.tools.call('wait');
        await gate.reached(1);
        const failed = { code: 'CANCELLED', message: expect.stringContaining('my bug') };
        for (const options of [{ onPart: throws }, { onPart: rejects }, { onProgress: throws }]) {
          await expect(client.tools.call('count', {}, options)).rejects.toMatchObject(failed);
        }
        for (const code of ['print("on")', 'print("on") while true do end']) {
          const { outcome } = client.scripts.start({ language: 'lua', code }, { output: throws });
          expect(await outcome).toMatchObject({ kind: 'cancelled', error: failed });
        }
        const session = await client.sessions.open({ language: 'lua' });
        await expect(session.run('print("on") while true do end', { output: throws })).rejects.toMatchObject(failed);
        await session.close();
        gate.waiting[0]?.();
        expect(await other).toBe('let go');
        await client.close();
      }
    });

    it('tells a subscriber who may see them of tasks and of calls of tools', async () => {
      if ('http' in transport) return;
      const { kernel } = await listen(transport);
      const place = 'unix' in transport ? { unix: join(makeFolder(), 's') } : transport;
      const listener = await kernel.listen({ ...place, control: true });
      for (const client of [await connect(listener.connection), kernel.client()]) {
        const heard: unknown[] = [];
        const stopTasks = await client.subscribe('task', (event) =>
          heard.push(event.type === 'ended' ? event.kind : event.type),
        );
        await client.subscribe('tool', ({ at, tool, outcome }) => heard.push([at instanceof Date, tool, outcome]));
        await client.scripts.run({ language: 'lua', code: '' });
        await stopTasks();
        await client.scripts.run({ language: 'lua', code: '' });
        await client.tools.call('add', { a: 1, b: 2 });
        await client.ping();
        expect(heard).toEqual(['queued', 'started', 'completed', [true, 'add', 'completed']]);
        await client.close();
      }
    });

    it('warns of a subscriber that fails, and goes on', async () => {
      if ('http' in transport) return;
      const { kernel, listener } = await listen(transport);
      for (const client of [await connect(listener.connection), kernel.client()]) {
        const warned = new Promise<Error>((resolve) => {
          const note = (warning: Error): void => {
            if (!warning.message.includes('my bug')) return;
            process.off('warning', note);
            resolve(warning);
          };
          process.on('warning', note);
        });
        const heard: unknown[] = [];
        await client.subscribe('session', () => {
          throw new Error('my bug');
        });
        await client.subscribe('session', (event) => void heard.push(event));
        await (await client.sessions.open({ language: 'lua' })).close();
        expect((await warned).message).toBe('a listener of session failed: my bug');
        await client.ping();
        expect(heard).toMatchObject([{ type: 'opened' }, { type: 'closed' }]);
        await client.close();
      }
    });

    it('refuses what does not know the token', async () => {
      if ('unix' in transport) return;
      const { kernel, listener } = await listen(transport);
      const { address, token = '' } = listener.connection;
      expect(Buffer.from(token, 'base64url').length).toBe(32);
      for (const wrong of [undefined, 'x'.repeat(43), token.slice(0, -1), `${token}x`, token.toUpperCase()]) {
        await expect(connect(address, wrong === undefined ? {} : { token: wrong })).rejects.toMatchObject({
          code: 'UNAUTHORIZED',
        });
      }
      expect(kernel.stats().clients).toBe(0);
      await (await connect(address, { token })).close();
    });

    it('says so when nobody listens', async () => {
      const { listener } = await listen(transport);
      await listener.close();
      await expect(connect(listener.connection, { timeout: '5s' })).rejects.toMatchObject({ name: 'StintError' });
    });
  },
);

describe('TCP', () => {
  it('lets a client do nothing before it has said who it is', async () => {
    const { kernel, listener } = await listen({ tcp: '127.0.0.1:0' });
    const port = Number(new URL(listener.address).port);
    for (const first of [
      { id: 1, method: 'tools/list' },
      { id: 1, method: 'shutdown' },
      { id: 1, method: 'initialize' },
      { id: 1, method: 'initialize', params: { token: { length: 43 } } },
      { method: 'notifications/cancelled', params: { requestId: 1 } },
    ]) {
      const client = await RawClient.connect({ port });
      client.send(first);
      client.send({ id: 2, method: 'ping' });
      const answer = await client.next();
      if ('id' in first) expect(answer).toMatchObject({ id: 1, error: { data: { code: 'UNAUTHORIZED' } } });
      else expect(answer).toBeUndefined();
      expect(await client.next()).toBeUndefined();
    }
    const garbage = await RawClient.connect({ port });
    garbage.write('GET / HTTP/1.1\r\n\r\n');
    expect(await garbage.next()).toMatchObject({ error: { code: -32700 } });
    expect(await garbage.next()).toBeUndefined();
    expect(kernel.stats()).toMatchObject({ clients: 0, refused: 6 });
  });

  it('lets go of one that says nothing', async () => {
    const { kernel, listener } = await listen({ tcp: '127.0.0.1:0' }, new Gate(), { limits: { handshake: 50 } });
    const silent = await RawClient.connect({ port: Number(new URL(listener.address).port) });
    silent.write('{"jsonrpc":"2.0","id":1,');
    expect(await silent.next()).toBeUndefined();
    expect(kernel.stats().refused).toBe(1);
  });

  it('does not take more connections than it may', async () => {
    const { listener } = await listen({ tcp: '127.0.0.1:0' }, new Gate(), { limits: { clients: 2 } });
    const clients = [await connect(listener.connection), await connect(listener.connection)];
    await expect(connect(listener.connection)).rejects.toMatchObject({ name: 'StintError' });
    await Promise.all(clients.map((client) => client.ping()));
  });
});

describe('HTTP', () => {
  async function ask(port: number, path: string, headers: Record<string, string>, method = 'POST', body = '') {
    const sent = request({ port, host: '127.0.0.1', path, method, headers });
    sent.end(body);
    const [response] = await once(sent, 'response');
    return { status: response.statusCode as number, text: await text(response) };
  }
  const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

  it('keeps web pages out: by Host, which they cannot choose, and by Origin', async () => {
    const kernel = await makeKernel();
    const listener = await kernel.listen({
      http: '127.0.0.1:0',
      origins: ['https://app.example.com'],
      hosts: ['kernel.example.com'],
    });
    const port = Number(new URL(listener.address).port);
    const authorization = `Bearer ${listener.connection.token}`;
    const host = `127.0.0.1:${port}`;
    for (const [headers, status] of [
      [{ host }, 200],
      [{ host: `localhost:${port}` }, 200],
      [{ host: 'kernel.example.com' }, 200],
      [{ host, origin: 'https://app.example.com' }, 200],
      [{ host, origin: `http://${host}` }, 200],
      [{ host: 'evil.example.com' }, 403],
      [{ host: `evil.example.com:${port}` }, 403],
      [{ host: `127.0.0.1.evil.com:${port}` }, 403],
      [{ host: '127.0.0.1:1' }, 403],
      [{ host, origin: 'https://evil.example.com' }, 403],
      [{ host, origin: 'null' }, 403],
      [{ host, origin: `http://evil.example.com:${port}` }, 403],
    ] as [Record<string, string>, number][]) {
      expect({ headers, ...(await ask(port, '/rpc', { authorization, ...headers }, 'POST', PING)) }).toMatchObject({
        headers,
        status,
      });
    }
    expect((await ask(port, '/rpc', { host }, 'POST', PING)).status).toBe(401);
    expect((await ask(port, '/', { host, authorization })).status).toBe(404);
    expect((await ask(port, '/rpc', { host, authorization }, 'GET')).status).toBe(405);
  });

  it('answers lines with lines, and a notification with nothing', async () => {
    const { listener } = await listen({ http: '127.0.0.1:0' });
    const port = Number(new URL(listener.address).port);
    const headers = { authorization: `Bearer ${listener.connection.token}` };
    expect((await ask(port, '/rpc', headers, 'POST', PING)).text).toBe('{"jsonrpc":"2.0","id":1,"result":{}}\n');
    const two = await ask(port, '/rpc', headers, 'POST', `${PING}\n{bad\n`);
    expect(
      two.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ id: 1 }, { id: null, error: { code: -32700 } }]);
    const note = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
    expect(await ask(port, '/rpc', headers, 'POST', note)).toEqual({ status: 202, text: '' });
    expect((await ask(port, '/rpc', headers, 'POST', '')).status).toBe(202);
    expect((await ask(port, '/rpc', headers, 'POST', '{"jsonrpc":"2.0","method":"ping"}')).status).toBe(202);
  });

  it('has a request cancelled by its id from another exchange, if that is a text', async () => {
    const gate = new Gate();
    const { listener } = await listen({ http: '127.0.0.1:0' }, gate);
    const port = Number(new URL(listener.address).port);
    const headers = { authorization: `Bearer ${listener.connection.token}` };
    const post = (message: object) =>
      ask(port, '/rpc', headers, 'POST', JSON.stringify({ jsonrpc: '2.0', ...message }));
    const calls = [1, 'one', 'other'].map((id) => post({ id, method: 'tools/call', params: { name: 'wait' } }));
    await gate.reached(3);
    for (const requestId of [1, 'one', 'one', 'nothing'])
      expect(await post({ method: 'notifications/cancelled', params: { requestId } })).toEqual({
        status: 202,
        text: '',
      });
    expect(JSON.parse((await calls[1])?.text ?? '')).toMatchObject({
      id: 'one',
      error: { data: { code: 'CANCELLED' } },
    });
    expect(gate.cancelled).toHaveLength(1);
    for (const release of gate.waiting) release();
    expect(JSON.parse((await calls[0])?.text ?? '')).toMatchObject({ id: 1, result: { result: 'let go' } });
    expect(JSON.parse((await calls[2])?.text ?? '')).toMatchObject({ id: 'other', result: { result: 'let go' } });
  });
});

describe('WebSocket', () => {
  it('closes a connection that sends a message which is too long, with 1009', async () => {
    const { listener } = await listen({ websocket: '127.0.0.1:0' }, new Gate(), { limits: { message: 1024 } });
    const headers = { authorization: `Bearer ${listener.connection.token}` };
    const socket = new WebSocket(listener.address, { headers });
    await once(socket, 'open');
    const closed = once(socket, 'close');
    socket.send('x'.repeat(1025));
    expect((await closed)[0]).toBe(1009);
  });
});

describe('closing', () => {
  it('waits for the answers of all, also where they are one client to the limits', async () => {
    const gate = new Gate();
    const { kernel, listener } = await listen({ http: '127.0.0.1:0' }, gate);
    const clients = [await connect(listener.connection), await connect(listener.connection)];
    const calls = clients.map((client) => client.tools.call('wait').catch((error) => error.code));
    await gate.reached(2);
    await kernel.close();
    expect(await Promise.all(calls)).toEqual(['CANCELLED', 'CANCELLED']);
  });

  it('while it begins to listen leaves no listener', async () => {
    const kernel = await makeKernel();
    const path = join(makeFolder(), 'late.sock');
    const listening = kernel.listen({ unix: path });
    await kernel.close();
    await expect(listening).rejects.toMatchObject({ code: 'RUNTIME_CLOSED' });
    await expect(connect(`unix:${path}`)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('two streams', () => {
  it('carry the protocol, and the listener ends with them', async () => {
    const kernel = await makeKernel();
    const [there, back] = [new PassThrough(), new PassThrough()];
    const listener = await kernel.listen({ stdio: { input: there, output: back } });
    const client = await connect({ input: back, output: there });
    expect(await client.tools.call('add', { a: 1, b: 2 })).toBe(3);
    await client.close();
    await listener.closed;
    expect(kernel.stats()).toMatchObject({ clients: 0, listeners: [] });
  });
});

describe('a connection file', () => {
  it('is readable for its user alone, is all that connect needs, and goes with the listener', async () => {
    const kernel = await makeKernel();
    const file = join(makeFolder(), 'sub', 'connection.json');
    const listener = await kernel.listen({ tcp: '127.0.0.1:0', connectionFile: file });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      version: 1,
      address: listener.address,
      token: listener.connection.token,
      pid: process.pid,
    });
    expect(await (await connect(file)).tools.call('echo', 1)).toBe(1);
    await listener.close();
    await expect(connect(file)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('is refused when others could read it, or it is none', async () => {
    const file = join(makeFolder(), 'c.json');
    writeFileSync(file, '{"version":1,"address":"tcp://127.0.0.1:1"}', { mode: 0o644 });
    await expect(connect(file)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('chmod 600'),
    });
    const other = join(makeFolder(), 'd.json');
    writeFileSync(other, '{"version":2}', { mode: 0o600 });
    await expect(connect(other)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('a client', () => {
  /** Something that is no kernel: it answers each line as it is told. */
  async function pretend(answer: (id: number) => string): Promise<string> {
    const server = createServer((socket) => {
      socket.setEncoding('utf8');
      socket.on('data', (data: string) => {
        for (const line of data.trim().split('\n')) socket.write(answer(JSON.parse(line).id));
      });
      socket.on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
  }
  const hello = { result: { protocolVersion: 'stint/1', limits: { message: 1000 } } };

  it.each([
    ['an answer to another id', (id: number) => `{"jsonrpc":"2.0","id":${id + 1},"result":{}}\n`],
    ['an answer without an id', () => '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"what?"}}\n'],
    ['no JSON', () => 'hello?\n'],
    ['a request', () => '{"jsonrpc":"2.0","id":1,"method":"roots/list"}\n'],
    ['a result that is none', (id: number) => `{"jsonrpc":"2.0","id":${id},"result":{"$bigint":"x"}}\n`],
  ])('fails with PROTOCOL, and does not hang, when the other end sends %s', async (_, answer) => {
    const address = await pretend((id) =>
      id === 1 ? `${JSON.stringify({ jsonrpc: '2.0', id, ...hello })}\n` : answer(id),
    );
    const client = await connect(address);
    await expect(client.ping()).rejects.toMatchObject({ code: 'PROTOCOL' });
    expect(await client.closed).toMatchObject({ code: 'PROTOCOL' });
    await expect(client.ping()).rejects.toMatchObject({ code: 'PROTOCOL' });
  });

  it('gives up on one that never answers', async () => {
    const address = await pretend(() => '');
    await expect(connect(address, { timeout: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(connect(address, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: expect.stringMatching(/Abort|Stint/),
    });
  });

  it('does not send what is too long for the kernel', async () => {
    const { listener } = await listen({ tcp: '127.0.0.1:0' }, new Gate(), { limits: { message: 2000 } });
    const client = await connect(listener.connection);
    await expect(client.tools.call('echo', 'x'.repeat(2000))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(client.tools.call('echo', '€'.repeat(700))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await client.tools.call('echo', 'x')).toBe('x');
    await client.close();
  });

  it('hears of it when the kernel goes', async () => {
    const { kernel, listener } = await listen({ tcp: '127.0.0.1:0' });
    const client = await connect(listener.connection);
    await kernel.close();
    expect(await client.closed).toMatchObject({ code: 'PROTOCOL' });
    await expect(client.ping()).rejects.toMatchObject({ code: 'PROTOCOL' });
  });

  it.each([
    [{ http: 'x' }, /options.http is 'x'; it must be 'host:port'/],
    [{ tcp: '127.0.0.1:0', token: 'short' }, /options.token is 'a text of 5 characters'/],
    [{}, /one of unix, tcp, websocket, http, stdio/],
    [{ unix: '/tmp/x', tcp: '127.0.0.1:0' }, /one of/],
    [{ unix: `/tmp/${'x'.repeat(200)}` }, /is longer than the/],
  ])('of a program is told what is wrong with %o', async (options, message) => {
    const kernel = await makeKernel();
    await expect(kernel.listen(options as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
    await expect(createKernel({ limits: { rate: 0 } })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
