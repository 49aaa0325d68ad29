import { once } from 'node:events';
import { createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '#stint/kernel/transport/connect';

describe('connecting', () => {
  it.each([[7], [null], [undefined], [{ input: 1 }], [{ input: new PassThrough() }], ['unix:'], ['unix://']])(
    'to %j is refused with what it must be',
    async (to) => {
      const message = expect.stringContaining('it must be');
      await expect(connect(to as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message });
    },
  );

  it.each([
    [{ protocolVersion: 'stint/9', limits: { message: 1000 } }, "it says 'stint/9'"],
    [{ protocolVersion: 'stint/1' }, "it says 'stint/1'"],
    [{}, 'it says undefined'],
    [null, 'it says undefined'],
  ])('to what greets by %j is refused, and the connection closed', async (result, why) => {
    const server = createServer((socket) => {
      socket.on('data', () => socket.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, result })}\n`));
      socket.on('close', () => server.close());
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const closed = once(server, 'close');
    const refused = { code: 'PROTOCOL', message: expect.stringContaining(why) };
    await expect(connect(`tcp://127.0.0.1:${port}`)).rejects.toMatchObject(refused);
    await closed;
  });
});
