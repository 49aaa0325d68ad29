import { describe, expect, it } from 'vitest';
import { makeIo, serve, until } from './local.js';
import { failure, redirect, request, serveHttp, text, textOf } from './local-http.js';

describe('a redirect', () => {
  it('is followed, and the answer says where it came from', async () => {
    const { url } = await serveHttp(async (message, response) => {
      if (message.url === '/a') redirect(response, '/b', 303);
      else response.end(`${message.method} ${await textOf(message)}`);
    });
    const answer = await request(makeIo(), { url: `${url}/a`, method: 'POST', body: 'x' });
    expect([answer.url, answer.redirected, text(answer)]).toEqual([`${url}/b`, true, 'GET ']);
  });

  it('keeps method and body where it has to', async () => {
    const { url } = await serveHttp(async (message, response) => {
      if (message.url === '/a') redirect(response, '/b', 307);
      else response.end(`${message.method} ${await textOf(message)}`);
    });
    const io = makeIo();
    expect(text(await request(io, { url: `${url}/a`, method: 'POST', body: 'x' }))).toBe('POST x');
    expect(text(await request(io, { url: `${url}/a`, method: 'POST', body: new Uint8Array([121]) }))).toBe('POST y');
  });

  it('is the answer itself, or an error, where that is asked for', async () => {
    const { url } = await serveHttp((_, response) => redirect(response, '/b'));
    const io = makeIo();
    const answer = await request(io, { url, redirect: 'manual' });
    expect([answer.status, answer.headers['location'], text(answer), answer.redirected]).toEqual([
      302,
      '/b',
      'moved',
      false,
    ]);
    expect(await failure(io, { url, redirect: 'error' })).toBe(
      `SCRIPT_ERROR cannot request ${url}/: unexpected redirect`,
    );
  });

  it('is followed 10 times and no more', async () => {
    const { url } = await serveHttp((message, response) => {
      const left = Number(message.url?.slice(1));
      if (left === 0) response.end('there');
      else redirect(response, `/${left - 1}`);
    });
    const io = makeIo();
    expect(text(await request(io, { url: `${url}/10` }))).toBe('there');
    expect(await failure(io, { url: `${url}/11` })).toBe(
      `SCRIPT_ERROR cannot request ${url}/11: there were more than 10 redirects`,
    );
  });

  it('does not lead where the script may not go, however it is written', async () => {
    const inner = await serve(() => undefined);
    let location = '';
    const outer = await serveHttp((_, response) => redirect(response, location));
    const io = makeIo({ permissions: { net: [`127.0.0.1:${outer.port}`] } });
    for (const host of [
      '127.0.0.1',
      '0x7f.1',
      '2130706433',
      '127.1',
      '[::ffff:127.0.0.1]',
      encodeURIComponent('１２７.0.0.1'),
    ]) {
      location = `http://${host}:${inner.port}/`;
      expect(await failure(io, { url: outer.url })).toContain(
        `PERMISSION_DENIED to connect to 127.0.0.1:${inner.port} is not permitted: nothing in permissions.net matches it`,
      );
    }
    for (const other of ['file:///etc/passwd', 'data:text/plain,x', 'ftp://127.0.0.1/']) {
      location = other;
      expect(await failure(io, { url: outer.url })).toMatch(/^SCRIPT_ERROR cannot request/);
    }
    expect(inner.sockets).toHaveLength(0);
    expect(io.open).toBe(0);
  });

  it('does not take credentials to another origin', async () => {
    const heard: unknown[] = [];
    const other = await serveHttp((message, response) => {
      heard.push(message.headers.authorization, message.headers.cookie, message.headers['x-other']);
      response.end();
    });
    const { url } = await serveHttp((_, response) => redirect(response, other.url));
    await request(makeIo(), { url, headers: { authorization: 'secret', cookie: 'secret', 'x-other': 'kept' } });
    expect(heard).toEqual([undefined, undefined, 'kept']);
  });
});

describe('the permission of an HTTP request', () => {
  it('is checked for the address that is connected to', async () => {
    const { url, port, sockets } = await serveHttp((_, response) => response.end());
    expect(await failure(makeIo({ permissions: {} }), { url })).toBe(
      `PERMISSION_DENIED to connect to 127.0.0.1:${port} is not permitted: permissions.net is empty; add '127.0.0.1:${port}' to permissions.net`,
    );
    const inside = makeIo({ permissions: { net: ['evil.example:*'] }, lookup: async () => [{ address: '127.0.0.1' }] });
    const refusal = await failure(inside, { url: `http://evil.example:${port}/` });
    expect(refusal).toMatch(/^PERMISSION_DENIED to connect to evil\.example/);
    expect(refusal).not.toContain('127.0.0.1');
    expect(await failure(makeIo({ permissions: { net: ['*:1'] } }), { url: 'http://example.com/' })).toContain(
      "add 'example.com:80'",
    );
    expect(await failure(makeIo({ permissions: { net: ['*:1'] } }), { url: 'https://example.com/' })).toContain(
      "add 'example.com:443'",
    );
    expect(sockets).toHaveLength(0);
  });

  it('holds for the address that was checked: a name is resolved once for a connection', async () => {
    const { port, sockets } = await serveHttp((_, response) => response.end('here'));
    let asked = 0;
    const lookup = async () => {
      asked += 1;
      return [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2' }];
    };
    const io = makeIo({ lookup });
    expect(text(await request(io, { url: `http://rebinding.example:${port}/` }))).toBe('here');
    expect(asked).toBe(1);
    expect(sockets[0]?.localAddress).toBe('127.0.0.1');
  });
});

describe('the connections of HTTP', () => {
  it('are used again, and are gone when no request has needed them for a second', async () => {
    const { url, sockets } = await serveHttp((_, response) => response.end('x'));
    const io = makeIo();
    for (let i = 0; i < 20; i += 1) await request(io, { url });
    // A request that comes right after another may find its connection not yet free.
    expect(sockets.length).toBeLessThanOrEqual(2);
    const from = performance.now();
    await until(() => sockets.every((socket) => socket.destroyed));
    expect(performance.now() - from).toBeLessThan(3000);
  });

  it('are cut by close, whatever they were doing, and no request hears of it', async () => {
    const { url, sockets } = await serveHttp((message, response) => {
      if (message.url === '/body') response.write('begin');
      if (message.url === '/idle') response.end();
    });
    const io = makeIo();
    await request(io, { url: `${url}/idle` });
    const settled: string[] = [];
    for (const path of ['/head', '/body', '/body']) {
      request(io, { url: url + path, timeout: 60_000 }).then(
        () => settled.push('resolved'),
        () => settled.push('rejected'),
      );
    }
    await until(() => sockets.length === 3);
    io.close();
    expect(io.open).toBe(0);
    await until(() => sockets.every((socket) => socket.destroyed));
    expect(settled).toEqual([]);
  });

  it('are not made by a request that close has overtaken', async () => {
    const { url, sockets } = await serveHttp((_, response) => response.end());
    const io = makeIo();
    void request(io, { url });
    io.close();
    for (let i = 0; i < 200; i += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(sockets).toHaveLength(0);
  });
});
