import { connect as connectSocket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptIo } from '#stint/io/script-io';
import { connect, echo, failureOf, LOCAL, open, serve, until } from './local.js';

/** What keeps the event loop alive, by kind. */
function resources(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => /TCP|Timeout|Immediate/.test(kind))
    .sort();
}

const count = (all: string[], kind: string): number => all.filter((each) => each === kind).length;

const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);
beforeEach(() => void process.on('unhandledRejection', onRejection));
afterEach(() => {
  process.off('unhandledRejection', onRejection);
  expect(rejections.splice(0)).toEqual([]);
});

const makeUntended = () => new ScriptIo({ permissions: LOCAL, maxBytes: 2 ** 25 });

describe('close', () => {
  it('ends everything that is pending at once, and leaves nothing', async () => {
    const { port, sockets } = await serve((socket) => socket.pause());
    const io = makeUntended();
    const listener = await open(io, 'tcp.listen', ['127.0.0.1', 0]);
    const ids = [await connect(io, port), await connect(io, port), await connect(io, port)];
    await until(() => sockets.length === 3);
    const settled: unknown[] = [];
    for (const pending of [
      io.call('sleep', [0]),
      io.call('sleep', [60_000]),
      io.call('connection.read', [], ids[0]),
      io.call('connection.write', [new Uint8Array(2 ** 24)], ids[1]),
      io.call('connection.write', [new Uint8Array(2 ** 23)], ids[2]),
      io.call('connection.close', [], ids[2]),
      io.call('listener.accept', [], listener.id),
      io.call('tcp.connect', ['127.0.0.1', port]),
      io.call('tcp.listen', ['127.0.0.1', 0]),
    ]) {
      void Promise.resolve(pending).then(
        () => settled.push('resolved'),
        (error) => settled.push(error),
      );
    }
    expect(io.open).toBeGreaterThan(8);
    io.close();
    expect(io.open).toBe(0);
    io.close();
    for (const socket of sockets) socket.resume();
    await until(() => sockets.slice(0, 3).every((socket) => socket.readableEnded || socket.destroyed));
    for (let i = 0; i < 50; i += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toEqual([]);
    const refused = connectSocket({ host: '127.0.0.1', port: listener.port as number });
    expect(
      await new Promise((resolve) => refused.on('error', (error) => resolve((error as { code?: string }).code))),
    ).toBe('ECONNREFUSED');
  });

  it('leaves no timer, no socket and no listener in the event loop', async () => {
    // What other tests had is gone a turn or two later.
    await until(() => !resources().some((kind) => kind.startsWith('TCP')));
    const before = resources();
    const io = makeUntended();
    const { port } = await open(io, 'tcp.listen', ['127.0.0.1', 0]);
    for (let i = 0; i < 20; i += 1) await connect(io, port as number);
    await io.call('connection.close', [], await connect(io, port as number));
    for (const ms of [0, 1, 1000]) void io.call('sleep', [ms]);
    expect(resources().length).toBeGreaterThan(before.length + 20);
    io.close();
    // A timer of the test runner's own may have ended meanwhile.
    const more = (): string[] => resources().filter((kind, i, all) => i - all.indexOf(kind) >= count(before, kind));
    await until(() => more().length === 0);
  });

  it('leaves nothing of a name that is resolved only then', async () => {
    const { port, sockets } = await serve(echo);
    let answer = (_: { address: string }[]): void => undefined;
    const io = new ScriptIo({
      permissions: LOCAL,
      maxBytes: 1000,
      lookup: () => new Promise((resolve) => (answer = resolve)),
    });
    void io.call('tcp.connect', ['slow.example', port]);
    io.close();
    answer([{ address: '127.0.0.1' }]);
    for (let i = 0; i < 50; i += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(sockets).toHaveLength(0);
    expect(io.open).toBe(0);
  });

  it('is the end of all calls', async () => {
    const io = makeUntended();
    io.close();
    for (const name of ['sleep', 'time.now', 'tcp.connect', 'connection.close', 'http.request'] as const) {
      expect(await failureOf(io, name, [1])).toBe(`INVALID_ARGUMENT ${name}: the script has ended`);
    }
  });
});
