import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeUnixKernel, RawClient } from './helpers.js';

const invalid = JSON.parse(readFileSync(new URL('invalid-frames.json', import.meta.url), 'utf8')) as {
  texts: Record<string, string>;
  bytes: Record<string, string>;
};

/** JSON texts that are no messages, and the code that JSON-RPC has for them. */
const NO_MESSAGES: [string, number, unknown?][] = [
  ['1', -32600],
  ['"a"', -32600],
  ['null', -32600],
  ['true', -32600],
  ['{}', -32600],
  ['[]', -32600],
  ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600],
  ['{"id":1,"method":"ping"}', -32600, 1],
  ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600, 1],
  ['{"jsonrpc":2.0,"id":1,"method":"ping"}', -32600, 1],
  ['{"jsonrpc":"2.0","id":1}', -32600, 1],
  ['{"jsonrpc":"2.0","id":1,"method":7}', -32600, 1],
  ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600],
  ['{"jsonrpc":"2.0","id":1e400,"method":"ping"}', -32600],
  ['{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600],
  ['{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600],
  ['{"jsonrpc":"2.0","id":true,"method":"ping"}', -32600],
  [`{"jsonrpc":"2.0","id":"${'x'.repeat(300)}","method":"ping"}`, -32600],
  ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32602, 1],
  ['{"jsonrpc":"2.0","id":1,"method":"ping","params":null}', -32602, 1],
  ['{"jsonrpc":"2.0","id":1,"method":"ping","params":7}', -32602, 1],
  ['{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1}}', -32602, 1],
  ['{"jsonrpc":"2.0","id":1,"method":"tools/eat"}', -32601, 1],
  ['{"jsonrpc":"2.0","id":1,"method":"__proto__"}', -32601, 1],
  ['{"jsonrpc":"2.0","id":1,"method":"constructor"}', -32601, 1],
  ['{"jsonrpc":"2.0","method":7}', -32600],
  ['{"jsonrpc":"2.0","id":7,"result":1}', -32600],
  ['{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"m"}}', -32600],
  ['{"jsonrpc":"2.0","id":7,"error":"bad"}', -32600, 7],
  ['{"jsonrpc":"2.0","id":7,"result":1,"error":{"code":1,"message":"m"}}', -32600, 7],
  ['{"jsonrpc":"2.0","id":1,"method":"tools/info","params":{"name":{"$bigint":"x"}}}', -32000, 1],
  [
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":${'['.repeat(5000)}${']'.repeat(5000)}}}`,
    -32000,
    1,
  ],
];

describe('a frame that is no message', () => {
  it('gets a protocol error, the connection goes on, and others notice nothing', async () => {
    const { path, connect } = await makeUnixKernel();
    const [client, neighbour] = [await RawClient.connect(path), await connect()];
    const frames = [
      ...Object.entries(invalid.texts).map(([name, text]) => ({ name, bytes: Buffer.from(text), code: [-32700] })),
      ...Object.entries(invalid.bytes).map(([name, text]) => {
        const bytes = Buffer.from(text, 'base64');
        expect(bytes.includes(10)).toBe(false);
        return { name, bytes, code: [-32600, -32700] };
      }),
    ];
    expect(frames.length).toBeGreaterThan(240);
    for (const { name, bytes, code } of frames) {
      client.write(Buffer.concat([bytes, Buffer.from('\n')]));
      const answer = await client.next();
      expect({ name, id: answer?.['id'] }).toEqual({ name, id: null });
      expect(code, name).toContain((answer?.['error'] as { code: number } | undefined)?.code);
    }
    expect(await client.ask(1, 'ping')).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    expect(await neighbour.tools.call('add', { a: 1, b: 2 })).toBe(3);
    expect((await neighbour.stats()).faults).toBe(frames.length);
  });

  it.each([
    '{"jsonrpc":"2.0","method":"notifications/unheard"}',
    '{"jsonrpc":"2.0","method":"tools/eat"}',
    '{"jsonrpc":"2.0","method":"ping"}',
    '{"jsonrpc":"2.0","method":"ping","params":[]}',
  ])('%s is a notification: it is counted, and not answered', async (text) => {
    const { path, kernel } = await makeUnixKernel();
    const client = await RawClient.connect(path);
    client.write(`${text}\n`);
    expect(await client.ask('after', 'ping')).toMatchObject({ id: 'after', result: {} });
    expect(kernel.stats().faults).toBe(1);
  });

  it.each(NO_MESSAGES)('%s has its own code', async (text, code, id = null) => {
    const { path } = await makeUnixKernel();
    const client = await RawClient.connect(path);
    client.write(`${text}\n`);
    expect(await client.next()).toMatchObject({ jsonrpc: '2.0', id, error: { code } });
    expect(await client.ask('after', 'ping')).toMatchObject({ id: 'after', result: {} });
  });

  it('is answered once, with a null id, when it is too long; the connection goes on', async () => {
    const { path } = await makeUnixKernel({ limits: { message: '64kb' } });
    const client = await RawClient.connect(path);
    const piece = Buffer.alloc(60_000, 'x');
    for (let i = 0; i < 100; i += 1) client.write(piece);
    client.write('\n');
    expect(await client.next()).toMatchObject({
      id: null,
      error: { code: -32600, message: expect.stringContaining('65536 bytes') },
    });
    expect(await client.ask(1, 'ping')).toMatchObject({ id: 1, result: {} });
  });
});

describe('frames', () => {
  it('may be split anywhere and joined', async () => {
    const { path } = await makeUnixKernel();
    const client = await RawClient.connect(path);
    const message = (id: number): string =>
      `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'echo', arguments: 'ä€😀' } })}\n`;
    client.socket.setNoDelay(true);
    for (const byte of Buffer.from(message(1))) client.write(Uint8Array.of(byte));
    expect(await client.next()).toMatchObject({ id: 1, result: { result: 'ä€😀' } });
    client.write([2, 3, 4, 5].map(message).join(''));
    for (const id of [2, 3, 4, 5]) expect(await client.next()).toMatchObject({ id, result: { result: 'ä€😀' } });
    const [half, rest] = [message(6).slice(0, 30), message(6).slice(30)];
    client.write(message(7) + half);
    expect(await client.next()).toMatchObject({ id: 7 });
    client.write(rest);
    expect(await client.next()).toMatchObject({ id: 6 });
  });
});
