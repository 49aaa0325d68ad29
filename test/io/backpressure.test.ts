import { describe, expect, it } from 'vitest';
import { connect, failureOf, makeIo, read, serve, until } from './local.js';

const CHUNK = Buffer.alloc(65_536, 'x');

describe('backpressure', () => {
  it('holds a peer that floods back: little is taken that the script does not ask for', async () => {
    const io = makeIo();
    const { port, sockets } = await serve((socket) => {
      const more = (): void => {
        while (!socket.destroyed && socket.write(CHUNK));
      };
      socket.on('drain', more);
      more();
    });
    const before = process.memoryUsage().arrayBuffers;
    const ids = await Promise.all(Array.from({ length: 20 }, () => connect(io, port)));
    for (const id of ids) await read(io, id, 1);
    // When the peers have not been able to send for a while, all buffers between are full.
    let [sent, still] = [-1, 0];
    await until(() => {
      const now = sockets.reduce((sum, socket) => sum + socket.bytesWritten - socket.writableLength, 0);
      still = now === sent ? still + 1 : 0;
      sent = now;
      return still > 500;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(ids.length * 4 * CHUNK.length);
    expect(sent).toBeGreaterThan(ids.length * 4 * CHUNK.length);
    expect(await read(io, ids[0] as number, 10)).toBe('x'.repeat(10));
  });

  it('reads one chunk at most before the script asks', async () => {
    const io = makeIo();
    const { port, sockets } = await serve((socket) => socket.write(Buffer.alloc(64 * 1024 ** 2)));
    await connect(io, port);
    await until(() => sockets.length === 1);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 200; i += 1) await io.call('sleep', [0]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 ** 2);
    expect(sockets[0]?.writableLength).toBeGreaterThan(32 * 1024 ** 2);
  });

  it('makes a writer wait for a peer that does not read, until it does', async () => {
    const io = makeIo();
    const { port, sockets } = await serve((socket) => socket.pause());
    const id = await connect(io, port);
    let written = 0;
    let waiting: unknown;
    while (waiting === undefined) {
      const result = io.call('connection.write', [new Uint8Array(65_536)], id);
      const isDone = await Promise.race([Promise.resolve(result).then(() => true), turns(200).then(() => false)]);
      if (isDone) written += 65_536;
      else waiting = result;
    }
    expect(written).toBeLessThan(64 * 1024 ** 2);
    await until(() => sockets.length === 1);
    sockets[0]?.resume();
    expect(await waiting).toBe(undefined);
  });

  it('bounds what writes hold that nobody waits for, all connections together', async () => {
    const io = makeIo({ maxBytes: 1024 ** 2 });
    const { port } = await serve((socket) => socket.pause());
    const ids = [await connect(io, port), await connect(io, port)];
    const write = (i: number) => io.call('connection.write', ['x'.repeat(100_000)], ids[i % 2]);
    const failure = 'connection.write: more than 1048576 bytes would be held outside the script';
    expect(() => Array.from({ length: 1000 }, (_, i) => write(i))).toThrow(failure);
    expect(() => write(1)).toThrow(failure);
  });

  it('gives what waiting writes hold back when they are sent', async () => {
    const io = makeIo({ maxBytes: 1024 ** 2 });
    const { port } = await serve((socket) => socket.resume());
    const id = await connect(io, port);
    for (let i = 0; i < 50; i += 1) await io.call('connection.write', [new Uint8Array(1024 ** 2)], id);
    expect(await failureOf(io, 'connection.write', [new Uint8Array(1024 ** 2 + 1)], id)).toContain('SCRIPT_ERROR');
  });
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
