import { describe, expect, it } from 'vitest';
import { connect, echo, failureOf, LOCAL, makeIo, open, read, readAll, serve, until } from './local.js';

describe('a connection', () => {
  it('sends texts and bytes and gets bytes', async () => {
    const io = makeIo();
    const { port } = await serve(echo);
    const id = await connect(io, port);
    await io.call('connection.write', ['ü'], id);
    await io.call('connection.write', [new Uint8Array([0, 255])], id);
    let got: number[] = [];
    while (got.length < 4) got = [...got, ...((await io.call('connection.read', [], id)) as Uint8Array)];
    expect(got).toEqual([0xc3, 0xbc, 0, 255]);
  });

  it('gives at most as many bytes as are asked for, and the others next', async () => {
    const io = makeIo();
    const { port } = await serve((socket) => socket.end('abcdefgh'));
    const id = await connect(io, port);
    expect([await read(io, id, 3), await read(io, id, 3), await read(io, id, 3)]).toEqual(['abc', 'def', 'gh']);
    expect([await read(io, id, 3), await read(io, id)]).toEqual([null, null]);
  });

  it('gives plain bytes that are the caller’s own', async () => {
    const io = makeIo();
    const { port } = await serve((socket) => socket.end('abcdefgh'));
    const id = await connect(io, port);
    const first = (await io.call('connection.read', [2], id)) as Uint8Array;
    expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype);
    first.fill(0);
    expect(new Uint8Array(first.buffer)).toHaveLength(2);
    expect(await readAll(io, id)).toBe('cdefgh');
  });

  it('loses nothing and keeps the order, however the pieces come and are read', async () => {
    const io = makeIo();
    const sent = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 255));
    const { port } = await serve(async (socket) => {
      for (let at = 0, size = 1; at < sent.length; at += size, size = (size * 7) % 50_021) {
        socket.write(sent.subarray(at, at + size));
        if (size % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      socket.end();
    });
    const id = await connect(io, port);
    const got: Uint8Array[] = [];
    for (let n = 1; ; n = (n * 5) % 30_011) {
      const part = (await io.call('connection.read', [n], id)) as Uint8Array | null;
      if (part === null) break;
      got.push(part);
      for (let i = 0; i < n % 3; i += 1) await io.call('sleep', [0]);
    }
    expect(Buffer.concat(got).equals(sent)).toBe(true);
  });

  it('keeps what comes while nobody reads', async () => {
    const io = makeIo();
    const { port, sockets } = await serve((socket) => socket.write('a'));
    const id = await connect(io, port);
    expect(await read(io, id)).toBe('a');
    for (const text of ['b', 'c', 'd']) {
      await new Promise((sent) => sockets[0]?.write(text, sent));
      for (let i = 0; i < 20; i += 1) await io.call('sleep', [0]);
    }
    sockets[0]?.end();
    expect(await readAll(io, id)).toBe('bcd');
  });

  it('can be written to after the peer’s end', async () => {
    const io = makeIo();
    const heard: string[] = [];
    const { port, sockets } = await serve((socket) => {
      socket.end('question');
      socket.on('data', (data) => heard.push(String(data)));
    });
    const id = await connect(io, port);
    expect(await readAll(io, id)).toBe('question');
    await io.call('connection.write', ['answer'], id);
    await io.call('connection.close', [], id);
    await until(() => sockets[0]?.readableEnded === true);
    expect(heard.join('')).toBe('answer');
  });

  it('has one read at a time', async () => {
    const io = makeIo();
    const { port, sockets } = await serve(() => undefined);
    const id = await connect(io, port);
    const first = read(io, id);
    expect(await failureOf(io, 'connection.read', [], id)).toContain('INVALID_ARGUMENT connection.read: another read');
    await until(() => sockets.length === 1);
    sockets[0]?.write('late');
    expect(await first).toBe('late');
  });

  it('sends all that was written before it was closed, however much, and then its end', async () => {
    const io = makeIo();
    let heard = 0;
    const { port, sockets } = await serve((socket) => socket.on('data', (data) => (heard += data.length)));
    const id = await connect(io, port);
    const written = io.call('connection.write', [new Uint8Array(8 * 1024 ** 2)], id);
    await io.call('connection.close', [], id);
    await written;
    await until(() => sockets[0]?.readableEnded === true);
    expect(heard).toBe(8 * 1024 ** 2);
    sockets[0]?.end();
    await until(() => io.open === 0);
  });

  it('does not lose its last words to a peer that is still sending', async () => {
    const io = makeIo();
    let heard = '';
    const { port, sockets } = await serve((socket) => {
      socket.write('x'.repeat(1_000_000));
      socket.on('end', () => socket.end('y'.repeat(1000)));
      // Reads late: a reset that came meanwhile would have thrown the words away.
      setImmediate(() => socket.on('data', (data) => (heard += data)));
    });
    const id = await connect(io, port);
    await read(io, id, 10);
    await io.call('connection.write', ['last words'], id);
    const from = performance.now();
    await io.call('connection.close', [], id);
    await until(() => sockets[0]?.destroyed === true);
    expect(heard).toBe('last words');
    await until(() => io.open === 0);
    // Both have ended: nothing is waited for.
    expect(performance.now() - from).toBeLessThan(1500);
  });

  it('does not wait for a peer that neither reads nor ends', async () => {
    const io = makeIo();
    const { port, sockets } = await serve((socket) => socket.pause());
    const id = await connect(io, port);
    const written = failureOf(io, 'connection.write', [new Uint8Array(16 * 1024 ** 2)], id);
    const from = performance.now();
    await io.call('connection.close', [], id);
    expect(performance.now() - from).toBeLessThan(10_000);
    expect(await written).toContain('the peer did not take all');
    expect(io.open).toBe(0);
    expect(sockets).toHaveLength(1);
  });

  it('that its peer does not end is gone in time, whatever other scripts of the thread have come to', async () => {
    const { port, sockets } = await serve(() => undefined);
    const ios = [makeIo(), makeIo(), makeIo()];
    for (const io of ios) await io.call('connection.close', [], await connect(io, port));
    const [first, ...others] = ios;
    first?.close();
    expect(ios.map((io) => io.open)).toEqual([0, 1, 1]);
    await until(() => others.every((io) => io.open === 0));
    expect(sockets).toHaveLength(3);
  });

  it('that is closed fails a read that waits, and every call but another close', async () => {
    const io = makeIo();
    const { port } = await serve(echo);
    const id = await connect(io, port);
    const waiting = failureOf(io, 'connection.read', [], id);
    expect(await io.call('connection.close', [], id)).toBe(undefined);
    expect(await waiting).toBe('INVALID_ARGUMENT the connection is closed');
    expect(await failureOf(io, 'connection.read', [], id)).toBe('INVALID_ARGUMENT the connection is closed');
    expect(await failureOf(io, 'connection.write', ['x'], id)).toBe('INVALID_ARGUMENT the connection is closed');
    expect(await io.call('connection.close', [], id)).toBe(undefined);
  });

  it('is told apart from what never was and what is something else', async () => {
    const io = makeIo();
    const listener = await open(io, 'tcp.listen', ['127.0.0.1', 0]);
    expect(await failureOf(io, 'connection.read', [], 99)).toBe(
      'INVALID_ARGUMENT there is no connection with the number 99',
    );
    expect(await failureOf(io, 'connection.close', [])).toContain('INVALID_ARGUMENT there is no connection');
    expect(await failureOf(io, 'connection.read', [], listener.id)).toBe(
      `INVALID_ARGUMENT handle ${listener.id} is a listener, not a connection`,
    );
  });

  for (const [call, args, message] of [
    ['tcp.connect', [], /host is undefined; it must be a name or an address/],
    ['tcp.connect', [5, 80], /host is 5; it must be/],
    ['tcp.connect', ['127.0.0.1'], /port is undefined; it must be a whole number from 1 to 65535/],
    ['tcp.connect', ['127.0.0.1', 0], /port is 0; it must be/],
    ['tcp.connect', ['127.0.0.1', 65_536], /port is 65536; it must be/],
    ['tcp.connect', ['127.0.0.1', '80'], /port is '80'; it must be/],
    ['tcp.listen', ['127.0.0.1', -1], /port is -1; it must be a whole number from 0/],
  ] as const) {
    it(`is refused for ${call}(${args.join()})`, async () => {
      expect(await failureOf(makeIo(), call, [...args])).toMatch(message);
    });
  }

  it('refuses what cannot be read or written', async () => {
    const io = makeIo({ maxBytes: 1000 });
    const { port } = await serve(echo);
    const id = await connect(io, port);
    for (const n of [0, -1, 1.5, 1001, '5', Number.NaN]) {
      expect(await failureOf(io, 'connection.read', [n], id)).toMatch(
        /^INVALID_ARGUMENT n is .*; it must be a whole number from 1 to 1000/,
      );
    }
    for (const data of [undefined, null, 5, {}, []]) {
      expect(await failureOf(io, 'connection.write', [data], id)).toMatch(
        /^INVALID_ARGUMENT data is .*; it must be a text or bytes/,
      );
    }
  });
});

describe('a failing connection', () => {
  it('says what was tried when it is refused, and leaves nothing', async () => {
    const io = makeIo();
    const { port, server } = await serve(echo);
    await new Promise((resolve) => server.close(resolve));
    expect(await failureOf(io, 'tcp.connect', ['127.0.0.1', port])).toBe(
      `SCRIPT_ERROR cannot connect to 127.0.0.1:${port}: connection refused`,
    );
    expect(io.open).toBe(0);
  });

  it('is not made where it is not permitted', async () => {
    const { port, sockets } = await serve(echo);
    const io = makeIo({ permissions: { net: [`127.0.0.1:1-${port - 1}`] } });
    expect(await failureOf(io, 'tcp.connect', ['127.0.0.1', port])).toContain(
      `add '127.0.0.1:${port}' to permissions.net`,
    );
    expect(await failureOf(io, 'tcp.connect', ['127.1', port])).toContain('PERMISSION_DENIED');
    expect(sockets).toHaveLength(0);
    expect(io.open).toBe(0);
  });

  it('fails the waiting read and every later call when the peer resets it', async () => {
    const io = makeIo();
    const { port, sockets } = await serve(() => undefined);
    const id = await connect(io, port);
    const waiting = failureOf(io, 'connection.read', [], id);
    await until(() => sockets.length === 1);
    sockets[0]?.resetAndDestroy();
    const failure = `SCRIPT_ERROR the connection to 127.0.0.1:${port} failed: the peer reset the connection`;
    expect(await waiting).toBe(failure);
    expect(await failureOf(io, 'connection.read', [], id)).toBe(failure);
    expect(await failureOf(io, 'connection.write', ['x'], id)).toBe(failure);
    expect(await io.call('connection.close', [], id)).toBe(undefined);
    expect(io.open).toBe(0);
  });

  it('fails writes that wait when the peer goes', async () => {
    const io = makeIo();
    const { port, sockets } = await serve((socket) => socket.pause());
    const id = await connect(io, port);
    const waiting = failureOf(io, 'connection.write', [new Uint8Array(16 * 1024 ** 2)], id);
    await until(() => sockets.length === 1);
    sockets[0]?.resetAndDestroy();
    expect(await waiting).toMatch(
      /^SCRIPT_ERROR the connection to .* failed: the peer (reset|has closed) the connection$/,
    );
  });

  it('fails writing after the peer is gone, at the second write at the latest', async () => {
    const io = makeIo();
    const { port, sockets } = await serve((socket) => socket.destroy());
    const id = await connect(io, port);
    expect(await read(io, id)).toBe(null);
    await until(() => sockets[0]?.closed === true);
    let failure = 'no failure';
    while (failure === 'no failure') {
      failure = await failureOf(io, 'connection.write', ['x'], id);
      await io.call('sleep', [0]);
    }
    expect(failure).toMatch(/^SCRIPT_ERROR the connection to .* failed: the peer (reset|has closed) the connection$/);
  });
});

describe('a name', () => {
  it('leads to a permitted address of it, past one that does not answer', async () => {
    const { port } = await serve(echo);
    const lookup = async () => [{ address: '::1' }, { address: '10.0.0.1' }, { address: '127.0.0.1' }];
    const io = makeIo({ permissions: { net: ['127.0.0.1:*', '[::1]:*'] }, lookup });
    const { id } = await open(io, 'tcp.connect', ['some.example', port]);
    await io.call('connection.write', ['x'], id);
    expect(await read(io, id)).toBe('x');
  });

  it('that leads elsewhere the second time it is asked is asked once: the connection goes to what was checked', async () => {
    const { port, sockets } = await serve(echo);
    let asked = 0;
    const lookup = async () => {
      asked += 1;
      return [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2' }];
    };
    const io = makeIo({ lookup });
    await open(io, 'tcp.connect', ['rebinding.example', port]);
    expect(asked).toBe(1);
    await until(() => sockets.length === 1);
    expect(sockets[0]?.localAddress).toBe('127.0.0.1');
  });

  it('is not connected to where its address is inside', async () => {
    const { port, sockets } = await serve(echo);
    const io = makeIo({ permissions: { net: ['evil.example:*'] }, lookup: async () => [{ address: '127.0.0.1' }] });
    const failure = await failureOf(io, 'tcp.connect', ['evil.example', port]);
    expect(failure).toMatch(/^PERMISSION_DENIED/);
    expect(failure).not.toContain('127.0.0.1');
    expect(sockets).toHaveLength(0);
    expect(io.open).toBe(0);
  });

  it('is resolved by the system: localhost', async () => {
    const { port } = await serve(echo);
    const io = makeIo({ permissions: { net: [`localhost:${port}`] } });
    const { id } = await open(io, 'tcp.connect', ['localhost', port]);
    expect(await io.call('connection.close', [], id)).toBe(undefined);
  });
});

describe('the number of handles', () => {
  it('is bounded at 1,024, those about to be open included', async () => {
    const io = makeIo();
    const { port } = await serve(echo);
    const opening = Array.from({ length: 1024 }, () => open(io, 'tcp.connect', ['127.0.0.1', port]));
    expect(await failureOf(io, 'tcp.connect', ['127.0.0.1', port])).toContain(
      'SCRIPT_ERROR tcp.connect: a script can have at most 1024',
    );
    const handles = await Promise.all(opening);
    expect(io.open).toBe(1024);
    expect(await failureOf(io, 'tcp.listen', ['127.0.0.1', 0])).toContain(
      'SCRIPT_ERROR tcp.listen: a script can have at most 1024',
    );
    await io.call('connection.close', [], handles[0]?.id);
    expect(await connect(io, port)).toBe(1025);
  });

  it('is no bound for how many are used one after the other', async () => {
    const io = makeIo();
    const { port } = await serve((socket) => socket.resume());
    for (let i = 0; i < 3000; i += 1) await io.call('connection.close', [], await connect(io, port));
    expect(io.open).toBeLessThanOrEqual(1024);
  });
});

describe('permission for one port', () => {
  it('is none for another', async () => {
    const { port } = await serve(echo);
    const io = makeIo({ permissions: { ...LOCAL, net: [`127.0.0.1:${port}`] } });
    expect(await connect(io, port)).toBe(1);
  });
});
