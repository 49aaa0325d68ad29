import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect as connectClient, type ListenOptions } from '#stint/kernel/index';
import { Gate, makeFolder, makeKernel, makeUnixKernel, RawClient } from './helpers.js';

const call = (id: number | string, name: string, input: unknown = {}) => ({
  id,
  method: 'tools/call',
  params: { name, arguments: input },
});

describe('answers', () => {
  it('go to the client that asked, also when others use the same ids', async () => {
    const { path } = await makeUnixKernel();
    const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.connect(path)));
    for (const id of [1, 2, 'x'])
      for (const [i, client] of clients.entries()) client.send(call(id, 'echo', `${i} ${id}`));
    for (const [i, client] of clients.entries()) {
      for (const id of [1, 2, 'x']) expect(await client.next()).toMatchObject({ id, result: { result: `${i} ${id}` } });
      expect(await client.ask('last', 'ping')).toMatchObject({ id: 'last' });
    }
  });

  it('come once for each id: one that is in flight cannot be used again', async () => {
    const gate = new Gate();
    const { path } = await makeUnixKernel({}, gate);
    const client = await RawClient.connect(path);
    client.send(call(1, 'wait'));
    await gate.reached(1);
    expect(await client.ask(1, 'ping')).toMatchObject({
      id: null,
      error: { code: -32600, message: expect.stringContaining('id 1') },
    });
    gate.waiting[0]?.();
    expect(await client.next()).toMatchObject({ id: 1, result: { result: 'let go' } });
    expect(await client.ask(1, 'ping')).toMatchObject({ id: 1, result: {} });
  });

  it('to unknown tools are errors that name what is near', async () => {
    const { connect } = await makeUnixKernel();
    const client = await connect();
    await expect(client.tools.call('ad')).rejects.toMatchObject({
      code: 'TOOL_NOT_FOUND',
      message: expect.stringContaining('add'),
    });
    await expect(client.tools.info('nothing')).rejects.toMatchObject({ code: 'TOOL_NOT_FOUND' });
    await expect(client.tools.test('nothing')).rejects.toMatchObject({ code: 'TOOL_NOT_FOUND' });
    await expect(client.tools.call('add', { a: 'x', b: 1 })).rejects.toMatchObject({ code: 'TOOL_INPUT' });
    await expect(client.tools.call('danger')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });
});

describe('a request', () => {
  it('is cancelled by its own client only', async () => {
    const gate = new Gate();
    const { path } = await makeUnixKernel({}, gate);
    const [one, other] = [await RawClient.connect(path), await RawClient.connect(path)];
    one.send(call(1, 'wait'));
    other.send(call(1, 'wait'));
    await gate.reached(2);
    one.send({ method: 'notifications/cancelled', params: { requestId: 1, reason: 'enough' } });
    expect(await one.next()).toMatchObject({ id: 1, error: { data: { code: 'CANCELLED' } } });
    expect(gate.cancelled).toHaveLength(1);
    for (const release of gate.waiting) release();
    expect(await other.next()).toMatchObject({ id: 1, result: { result: 'let go' } });
  });

  it('is cancelled when its client goes', async () => {
    const gate = new Gate();
    const { path, kernel } = await makeUnixKernel({}, gate);
    const client = await RawClient.connect(path);
    client.send(call(1, 'wait'));
    await gate.reached(1);
    const local = kernel.client();
    client.socket.destroy();
    const noticed = new Promise<void>((resolve) => {
      const look = async (): Promise<void> =>
        (await local.stats()).inFlight === 0 ? resolve() : void setImmediate(look);
      void look();
    });
    await noticed;
    expect(gate.cancelled).toHaveLength(1);
  });

  it('is answered while scripts run on every thread, and they can be interrupted', async () => {
    const { connect } = await makeUnixKernel();
    const client = await connect();
    const stop = new AbortController();
    const endless = ['while true do end', 'while true do end'].map(
      (code) => client.scripts.start({ language: 'lua', code }, { signal: stop.signal }).outcome,
    );
    const javascript = client.scripts.start({ language: 'javascript', code: 'for (;;);' });
    await client.ping();
    expect(await client.tools.call('add', { a: 1, b: 1 })).toBe(2);
    expect((await client.stats()).inFlight).toBe(3);
    stop.abort('enough');
    expect((await javascript.cancel('enough')).kind).toBe('cancelled');
    for (const outcome of await Promise.all(endless)) expect(outcome.kind).toBe('cancelled');
  });

  it('tells its progress and parts to its own client, in order, before its answer', async () => {
    const { connect } = await makeUnixKernel();
    const client = await connect();
    const heard: unknown[] = [];
    const result = await client.tools.call(
      'count',
      { to: 2 },
      { onProgress: (progress) => heard.push(progress), onPart: (part) => heard.push(part) },
    );
    expect(heard).toEqual([{ done: 0, total: 2, message: 'at 0' }, 0, { done: 1, total: 2, message: 'at 1' }, 1]);
    expect(result).toBe('counted');
  });
});

describe('limits of one client', () => {
  it('bound its requests in flight; control messages and other clients go on', async () => {
    const gate = new Gate();
    const { path, connect } = await makeUnixKernel({ limits: { inFlight: 2 } }, gate);
    const client = await RawClient.connect(path);
    client.send(call(1, 'wait'));
    client.send(call(2, 'wait'));
    await gate.reached(2);
    expect(await client.ask(3, 'tools/call', { name: 'add', arguments: { a: 1, b: 1 } })).toMatchObject({
      id: 3,
      error: { data: { code: 'QUEUE_FULL' } },
    });
    expect(await client.ask(4, 'ping')).toMatchObject({ id: 4, result: {} });
    expect(await (await connect()).tools.call('add', { a: 1, b: 1 })).toBe(2);
    gate.waiting[0]?.();
    expect(await client.next()).toMatchObject({ id: 1 });
    expect(await client.ask(5, 'tools/call', { name: 'echo', arguments: 1 })).toMatchObject({
      id: 5,
      result: { result: 1 },
    });
  });

  it('bound its rate, and others keep theirs', async () => {
    const { path, connect } = await makeUnixKernel({ limits: { rate: 10 } });
    const client = await RawClient.connect(path);
    for (let id = 0; id < 200; id += 1) client.send({ id, method: 'ping' });
    let refused = 0;
    for (let id = 0; id < 200; id += 1) {
      const answer = await client.next();
      expect(answer?.['id']).toBe(id);
      if (answer !== undefined && 'error' in answer) {
        expect(answer['error']).toMatchObject({ data: { code: 'QUEUE_FULL' } });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(50);
    await (await connect()).ping();
  });

  it('bound its live scripts', async () => {
    const { connect } = await makeUnixKernel({ limits: { scripts: 1 } });
    const client = await connect();
    const first = client.scripts.start({ language: 'lua', code: 'while true do end' });
    await client.ping();
    await expect(client.scripts.run({ language: 'lua', code: 'return 1' })).rejects.toMatchObject({
      code: 'QUEUE_FULL',
    });
    const other = await connect();
    expect(await other.scripts.run({ language: 'lua', code: 'return 1' })).toBe(1);
    await first.cancel();
    expect(await client.scripts.run({ language: 'lua', code: 'return 1' })).toBe(1);
  });

  it('bound what waits for one that does not read: it is disconnected, memory is not used up', async () => {
    const { path, connect } = await makeUnixKernel({ limits: { unsent: '1mb', inFlight: 1000 } });
    const client = await RawClient.connect(path);
    client.socket.pause();
    const gone = new Promise((resolve) => client.socket.once('close', resolve));
    const before = process.memoryUsage().rss;
    for (let id = 0; id < 300; id += 1) client.send(call(id, 'big', { bytes: 1_000_000 }));
    const neighbour = await connect();
    let refused = 0;
    while (refused === 0) {
      refused = (await neighbour.stats()).refused;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 ** 2);
    client.socket.resume();
    await gone;
    expect(await neighbour.tools.call('add', { a: 2, b: 2 })).toBe(4);
  });

  it('have no text made of the answers to one that was disconnected', async () => {
    const { path, connect } = await makeUnixKernel({ limits: { unsent: '1mb' } });
    const client = await RawClient.connect(path);
    client.socket.pause();
    const made = vi.spyOn(JSON, 'stringify');
    onTestFinished(() => made.mockRestore());
    for (let id = 0; id < 50; id += 1) client.send(call(id, 'big', { bytes: 500_000 }));
    const neighbour = await connect();
    while ((await neighbour.stats()).refused === 0);
    const answers = made.mock.calls.filter(([message]) => message?.result?.result?.length === 500_000);
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.length).toBeLessThan(10);
  });

  it.each(['unix', 'http', 'websocket'] as const)(
    'tell one whose result, or part of it, is longer than may wait, and leave its other requests alone (%s)',
    async (kind) => {
      const gate = new Gate();
      const kernel = await makeKernel({ limits: { unsent: '100kb' } }, gate);
      const where = kind === 'unix' ? join(makeFolder(), 'k.sock') : '127.0.0.1:0';
      const listener = await kernel.listen({ [kind]: where } as unknown as ListenOptions);
      await using client = await connectClient(listener.connection);
      const waiting = client.tools.call('wait', {});
      await gate.reached(1);
      await expect(client.tools.call('big', { bytes: 120_000 })).rejects.toMatchObject({
        code: 'OUTPUT_LIMIT',
        message: 'the result cannot be sent: it has more than 102400 bytes; ask for less, or raise limits.unsent',
      });
      await expect(client.tools.call('count', { bytes: 120_000 }, { onPart: () => undefined })).rejects.toMatchObject({
        code: 'CANCELLED',
        message: expect.stringContaining('it has more than 102400 bytes'),
      });
      expect(await client.tools.call('big', { bytes: 90_000 })).toHaveLength(90_000);
      gate.waiting[0]?.();
      expect(await waiting).toBe('let go');
    },
  );

  it('have a stream wait for one that reads slowly', async () => {
    const { path } = await makeUnixKernel({ limits: { unsent: '4mb' } });
    const client = await RawClient.connect(path);
    client.socket.pause();
    const params = { name: 'count', arguments: { to: 100, bytes: 500_000 }, _meta: { progressToken: 1 } };
    client.send({ id: 1, method: 'tools/call', params });
    client.socket.resume();
    let parts = 0;
    for (let message = await client.next(); ; message = await client.next()) {
      if (message?.['method'] === 'notifications/part') parts += 1;
      else if (message?.['id'] === 1) {
        expect(message['result']).toEqual({ result: 'counted' });
        break;
      }
      expect(message).toBeDefined();
    }
    expect(parts).toBe(100);
  });

  it('keep a flood of one from holding up others', async () => {
    const { path, connect } = await makeUnixKernel();
    const flooder = await RawClient.connect(path);
    flooder.socket.pause();
    const flood = Buffer.from('{\n'.repeat(200_000));
    for (let i = 0; i < 10; i += 1) flooder.write(flood);
    const neighbour = await connect();
    for (let i = 0; i < 100; i += 1) expect(await neighbour.tools.call('add', { a: i, b: 1 })).toBe(i + 1);
    flooder.socket.destroy();
    await neighbour.ping();
  });
});

describe('connections that are half open', () => {
  it('get the answers to what was asked before, the last line without its end too, and are closed then', async () => {
    const gate = new Gate();
    const { path, kernel } = await makeUnixKernel({}, gate);
    const listener = await kernel.listen({ tcp: '127.0.0.1:0' });
    const { token } = listener.connection;
    const overTcp = await RawClient.connect({ port: Number(new URL(listener.address).port) });
    overTcp.send({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { token } });
    expect(await overTcp.next()).toMatchObject({ id: 0, result: {} });
    for (const client of [await RawClient.connect(path), overTcp]) {
      const asked = gate.waiting.length;
      client.send(call(1, 'wait'));
      client.socket.end(JSON.stringify({ jsonrpc: '2.0', ...call(2, 'add', { a: 1, b: 2 }) }));
      expect(await client.next()).toMatchObject({ id: 2, result: { result: 3 } });
      await gate.reached(asked + 1);
      gate.waiting[asked]?.();
      expect(await client.next()).toMatchObject({ id: 1, result: { result: 'let go' } });
      expect(await client.next()).toBeUndefined();
    }
    expect(gate.cancelled).toEqual([]);
    expect(kernel.stats().clients).toBe(0);
  });

  it('wait for their answers no longer than limits.linger', async () => {
    const gate = new Gate();
    const { path, kernel } = await makeUnixKernel({ limits: { linger: 20 } }, gate);
    const client = await RawClient.connect(path);
    client.send(call(1, 'wait'));
    await gate.reached(1);
    client.socket.end();
    expect(await client.next()).toBeUndefined();
    while (gate.cancelled.length === 0) await new Promise(setImmediate);
    expect(kernel.stats().clients).toBe(0);
  });

  it('of a client that is closed by its program do not keep what it has in flight, over TCP neither', async () => {
    const gate = new Gate();
    const { kernel } = await makeUnixKernel({}, gate);
    const listener = await kernel.listen({ tcp: '127.0.0.1:0' });
    const client = await connectClient(listener.connection);
    const refused = expect(client.tools.call('wait')).rejects.toMatchObject({ code: 'CANCELLED' });
    await gate.reached(1);
    await client.close();
    await refused;
    while (gate.cancelled.length === 0) await new Promise(setImmediate);
    expect(kernel.stats().inFlight).toBe(0);
  });

  it('hold little and nobody up, however many there are', async () => {
    const { path, connect, kernel } = await makeUnixKernel();
    const silent = await Promise.all(Array.from({ length: 500 }, () => RawClient.connect(path)));
    for (const client of silent) client.write('{"jsonrpc":"2.0","id":1,"met');
    const client = await connect();
    for (let i = 0; i < 50; i += 1) expect(await client.tools.call('add', { a: i, b: 1 })).toBe(i + 1);
    for (const { socket } of silent) socket.destroy();
    while (kernel.stats().clients > 1) await client.ping();
  });
});

describe('closing the kernel', () => {
  it('cancels what is in flight, answers it, and leaves no socket', async () => {
    const gate = new Gate();
    const { path, kernel } = await makeUnixKernel({}, gate);
    const client = await RawClient.connect(path);
    client.send(call(1, 'wait'));
    await gate.reached(1);
    await kernel.close();
    expect(await client.next()).toMatchObject({ id: 1, error: { data: { code: 'CANCELLED' } } });
    expect(await client.next()).toBeUndefined();
    await expect(RawClient.connect(path)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(() => kernel.client()).toThrow(expect.objectContaining({ code: 'RUNTIME_CLOSED' }));
  });

  it('lets what is in flight end by itself within the grace', async () => {
    const gate = new Gate();
    const { path, kernel } = await makeUnixKernel({}, gate);
    const client = await RawClient.connect(path);
    client.send(call(1, 'wait'));
    await gate.reached(1);
    const closed = kernel.close({ grace: '20s' });
    gate.waiting[0]?.();
    expect(await client.next()).toMatchObject({ id: 1, result: { result: 'let go' } });
    await closed;
  });

  it('can be asked for by who may', async () => {
    const { kernel, connect } = await makeUnixKernel();
    await (await connect()).shutdown();
    expect(await kernel.shutdownAsked).toMatch(/^c\d+$/);
    const tcp = await kernel.listen({ tcp: '127.0.0.1:0' });
    const { connect: connectTo } = await import('#stint/kernel/transport/connect');
    const stranger = await connectTo(tcp.connection);
    await expect(stranger.shutdown()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await expect(stranger.subscribe('tool', () => undefined)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });
});
