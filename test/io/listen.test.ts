import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Handle } from '#stint/io/script-io';
import { connect, failureOf, LOCAL, makeIo, open, read, readAll, until } from './local.js';

async function client(port: number): Promise<Socket> {
  const socket = connectSocket({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.on('error', () => socket.destroy());
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

describe('a listener', () => {
  it('gets a free port and says which', async () => {
    const io = makeIo();
    const { kind, id, port } = await open(io, 'tcp.listen', [null, 0]);
    expect(kind).toBe('listener');
    expect(port).toBeGreaterThan(0);
    expect(io.call('listener.address', [], id)).toEqual({ host: '127.0.0.1', port });
  });

  it('gives connections to those who wait, in their order, and keeps the others', async () => {
    const io = makeIo();
    const { id, port } = await open(io, 'tcp.listen', ['127.0.0.1', 0]);
    const waiting = [io.call('listener.accept', [], id), io.call('listener.accept', [], id)];
    const clients: number[] = [];
    for (const text of ['a', 'b', 'c']) {
      const one = await connect(io, port as number);
      await io.call('connection.write', [text], one);
      clients.push(one);
    }
    const handles = [...(await Promise.all(waiting)), await io.call('listener.accept', [], id)] as Handle[];
    const heard = await Promise.all(handles.map((handle) => read(io, handle.id)));
    expect(heard).toEqual(['a', 'b', 'c']);
    expect(new Set([id, ...clients, ...handles.map((handle) => handle.id)]).size).toBe(7);
  });

  it('talks both ways, and after the client’s end', async () => {
    const io = makeIo();
    const { id, port } = await open(io, 'tcp.listen', ['127.0.0.1', 0]);
    const socket = await client(port as number);
    socket.end('question');
    const connection = await open(io, 'listener.accept', [], id);
    expect(await readAll(io, connection.id)).toBe('question');
    await io.call('connection.write', ['answer'], connection.id);
    await io.call('connection.close', [], connection.id);
    const [data] = await once(socket, 'data');
    expect(String(data)).toBe('answer');
    await until(() => io.open === 1);
  });

  it('gives null to those who wait when it is closed, and cuts connections that nobody took', async () => {
    const io = makeIo();
    const first = await open(io, 'tcp.listen', ['127.0.0.1', 0]);
    const waiting = [io.call('listener.accept', [], first.id), io.call('listener.accept', [], first.id)];
    expect(io.call('listener.close', [], first.id)).toBe(undefined);
    expect(await Promise.all(waiting)).toEqual([null, null]);
    expect(await failureOf(io, 'listener.accept', [], first.id)).toBe('INVALID_ARGUMENT the listener is closed');
    expect(io.call('listener.close', [], first.id)).toBe(undefined);

    const second = await open(io, 'tcp.listen', ['127.0.0.1', 0]);
    const socket = await client(second.port as number);
    const cut = once(socket, 'close');
    socket.on('end', () => socket.destroy()).resume();
    for (let i = 0; i < 20; i += 1) await io.call('sleep', [0]);
    io.call('listener.close', [], second.id);
    await cut;
    expect(io.open).toBe(0);
  });

  it('is refused where it is not permitted', async () => {
    expect(await failureOf(makeIo({ permissions: {} }), 'tcp.listen', [null, 0])).toContain(
      "PERMISSION_DENIED to listen on 127.0.0.1:0 is not permitted: permissions.net is empty; add '127.0.0.1:0'",
    );
    expect(await failureOf(makeIo(), 'tcp.listen', ['0.0.0.0', 0])).toContain('PERMISSION_DENIED');
    expect(await failureOf(makeIo(), 'tcp.listen', ['::', 0])).toContain('PERMISSION_DENIED');
  });

  it('on all of IPv6 does not listen on IPv4', async () => {
    const io = makeIo({ permissions: { net: [...(LOCAL.net ?? []), '[::]:*'] } });
    const result = await Promise.resolve(io.call('tcp.listen', ['::', 0])).catch((error: Error) => error.message);
    // A machine without IPv6 has nothing to listen on.
    if (!(result instanceof Handle)) return expect(result).toMatch(/^cannot listen on/);
    expect(await failureOf(io, 'tcp.connect', ['127.0.0.1', result.port])).toContain('connection refused');
  });

  it('says so when its address is in use, and leaves nothing', async () => {
    const io = makeIo();
    const { port } = await open(io, 'tcp.listen', ['127.0.0.1', 0]);
    expect(await failureOf(io, 'tcp.listen', ['127.0.0.1', port])).toBe(
      `SCRIPT_ERROR cannot listen on 127.0.0.1:${port}: the address is in use`,
    );
    expect(io.open).toBe(1);
  });

  it('keeps at most 1,024 connections that nobody took, and cuts the others', async () => {
    const io = makeIo();
    const { id, port } = await open(io, 'tcp.listen', ['127.0.0.1', 0]);
    const sockets = await Promise.all(Array.from({ length: 1100 }, () => client(port as number)));
    await until(() => sockets.filter((socket) => socket.destroyed).length === 1100 - 1024);
    expect(io.open).toBe(1);
    // Those that are taken make room.
    for (let i = 0; i < 1024; i += 1) {
      io.call('connection.close', [], (await open(io, 'listener.accept', [], id)).id);
    }
    const late = await client(port as number);
    late.write('late');
    for (let i = 0; i < 20; i += 1) await io.call('sleep', [0]);
    expect(await read(io, (await open(io, 'listener.accept', [], id)).id)).toBe('late');
  });

  it('does not count a place twice when a waiting call is ended by close', async () => {
    const io = makeIo();
    const { id } = await open(io, 'tcp.listen', ['127.0.0.1', 0]);
    const waiting = Array.from({ length: 1023 }, () => io.call('listener.accept', [], id));
    expect(await failureOf(io, 'listener.accept', [], id)).toContain(
      'SCRIPT_ERROR listener.accept: a script can have at most 1024',
    );
    io.call('listener.close', [], id);
    await Promise.all(waiting);
    expect(io.open).toBe(0);
  });
});
