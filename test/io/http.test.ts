import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ScriptIo } from '#stint/io/script-io';
import type { Value } from '#stint/values/value';
import { failureOf, makeIo, serve, until } from './local.js';

interface Answer {
  status: number;
  statusText: string;
  ok: boolean;
  url: string;
  redirected: boolean;
  headers: Record<string, Value>;
  body: Uint8Array;
}

/** An HTTP server on a free port of this machine, gone when the test is over. */
async function serveHttp(listener: RequestListener): Promise<{ url: string; port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer(listener);
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, sockets };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

function redirect(response: ServerResponse, location: string, status = 302): void {
  response.writeHead(status, { location }).end('moved');
}

const request = async (io: ScriptIo, options: Value) => (await io.call('http.request', [options])) as unknown as Answer;
const failure = (io: ScriptIo, options: Value) => failureOf(io, 'http.request', [options]);
const text = ({ body }: Answer) => Buffer.from(body).toString();

describe('an HTTP request', () => {
  it('gives status, headers and the bytes of the body', async () => {
    const { url } = await serveHttp((_, response) => {
      response
        .writeHead(404, 'Nothing Here', { 'X-Some': 'a', 'Set-Cookie': ['a=1', 'b=2'] })
        .end(Buffer.from([0, 255]));
    });
    const io = makeIo();
    const answer = await request(io, { url: `${url}/path?q=1` });
    expect(answer).toMatchObject({
      status: 404,
      statusText: 'Nothing Here',
      ok: false,
      redirected: false,
      url: `${url}/path?q=1`,
    });
    expect(answer.headers).toMatchObject({ 'x-some': 'a', 'set-cookie': ['a=1', 'b=2'] });
    expect([...answer.body]).toEqual([0, 255]);
    expect(io.open).toBe(0);
  });

  it('sends its method, headers and body, as text or bytes', async () => {
    const { url } = await serveHttp(async (message, response) => {
      response.end(
        JSON.stringify([message.method, message.headers['x-a'], message.headers['x-n'], await textOf(message)]),
      );
    });
    const io = makeIo();
    const headers = { 'X-A': ['1', '2'], 'x-n': 5 };
    expect(JSON.parse(text(await request(io, { url, method: 'post', headers, body: 'ü' })))).toEqual([
      'POST',
      '1, 2',
      '5',
      'ü',
    ]);
    const body = new TextEncoder().encode('ü');
    expect(JSON.parse(text(await request(io, { url, method: 'PUT', headers: [], body })))).toEqual([
      'PUT',
      null,
      null,
      'ü',
    ]);
  });

  it('has no body for HEAD and 204', async () => {
    const { url } = await serveHttp((message, response) => {
      response
        .writeHead(message.method === 'HEAD' ? 200 : 204, message.method === 'HEAD' ? { 'content-length': 1e12 } : {})
        .end();
    });
    const io = makeIo();
    expect((await request(io, { url, method: 'HEAD' })).body).toHaveLength(0);
    expect((await request(io, { url })).body).toHaveLength(0);
  });

  it('is answered by what was compressed', async () => {
    const { url } = await serveHttp((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello'));
    });
    expect(text(await request(makeIo(), { url }))).toBe('hello');
  });

  for (const [options, message] of [
    [undefined, /request is undefined; it must be an object/],
    ['http://127.0.0.1', /request is 'http:\/\/127.0.0.1'; it must be an object/],
    [{}, /request.url is undefined; it must be a URL that begins with http/],
    [{ url: 'ftp://127.0.0.1/' }, /request.url is 'ftp:\/\/127.0.0.1\/'; it must be/],
    [{ url: 'data:text/plain,hello' }, /request.url is 'data:/],
    [{ url: 'file:///etc/passwd' }, /request.url is 'file:/],
    [{ url: '/path' }, /request.url is '\/path'/],
    [{ url: 'http://127.0.0.1/', method: 'G T' }, /request.method is 'G T'; it must be/],
    [{ url: 'http://127.0.0.1/', method: 'CONNECT' }, /http.request: .*CONNECT/],
    [{ url: 'http://127.0.0.1/', headers: { 'a b': '1' } }, /http.request: .*a b/],
    [{ url: 'http://127.0.0.1/', headers: { a: 'x\r\ny: 1' } }, /http.request: /],
    [{ url: 'http://127.0.0.1/', headers: { a: null } }, /request.headers\["a"\] is null; it must be a text/],
    [{ url: 'http://127.0.0.1/', headers: 'a: b' }, /request.headers is 'a: b'; it must be an object/],
    [{ url: 'http://127.0.0.1/', headers: { 'transfer-encoding': 'x' } }, /http.request: /],
    [{ url: 'http://127.0.0.1/', body: 'x' }, /http.request: .*body/],
    [{ url: 'http://127.0.0.1/', method: 'POST', body: 5 }, /request.body is 5; it must be a text or bytes/],
    [
      { url: 'http://127.0.0.1/', redirect: 'no' },
      /request.redirect is 'no'; it must be 'follow', 'manual' or 'error'/,
    ],
    [{ url: 'http://127.0.0.1/', timeout: -1 }, /request.timeout is -1; it must be/],
    [{ url: 'http://user:password@127.0.0.1/' }, /http.request: .*credentials/],
    [{ uri: 'http://127.0.0.1/' }, /request.uri is not a part of a request; the parts are url, method/],
  ] as [Value, RegExp][]) {
    it(`is refused for ${JSON.stringify(options)}`, async () => {
      const refusal = await failure(makeIo({ permissions: { net: ['*:*'] } }), options);
      expect(refusal).toMatch(/^INVALID_ARGUMENT /);
      expect(refusal).toMatch(message);
    });
  }

  it('says what was tried when it fails', async () => {
    const io = makeIo({
      lookup: async () => Promise.reject(Object.assign(new Error('secret'), { code: 'ENOTFOUND' })),
    });
    const { port, server } = await serve(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    const url = `http://127.0.0.1:${port}/`;
    expect(await failure(io, { url })).toBe(`SCRIPT_ERROR cannot request ${url}: connection refused`);
    expect(await failure(io, { url: 'http://no.example/' })).toBe(
      'SCRIPT_ERROR cannot request http://no.example/: cannot connect to no.example:80: there is no such host',
    );
    const rude = await serve((socket) => socket.resume().end('not HTTP\r\n\r\n'));
    expect(await failure(io, { url: `http://127.0.0.1:${rude.port}/` })).toMatch(
      /^SCRIPT_ERROR cannot request http:.*: Response does not match the HTTP/,
    );
    const silent = await serve((socket) => socket.destroy());
    expect(await failure(io, { url: `http://127.0.0.1:${silent.port}/` })).toMatch(
      /^SCRIPT_ERROR cannot request .*: the (server closed|peer reset) the connection$/,
    );
    expect(io.open).toBe(0);
  });

  it('fails after its timeout, before the answer or within its body', async () => {
    const { url } = await serveHttp((message, response) => {
      if (message.url === '/body') response.write('begin');
    });
    const io = makeIo();
    expect(await failure(io, { url: `${url}/head`, timeout: 20 })).toBe(
      `SCRIPT_ERROR cannot request ${url}/head: it was not done after 20 ms`,
    );
    expect(await failure(io, { url: `${url}/body`, timeout: 50.5 })).toBe(
      `SCRIPT_ERROR cannot request ${url}/body: it was not done after 50.5 ms`,
    );
    expect(io.open).toBe(0);
  });

  it('is one of at most 64 at once', async () => {
    const held: ServerResponse[] = [];
    const { url } = await serveHttp((_, response) => void held.push(response));
    const io = makeIo();
    const requests = Array.from({ length: 64 }, () => request(io, { url }));
    expect(await failure(io, { url })).toBe(
      'SCRIPT_ERROR http.request: a script can have at most 64 requests under way',
    );
    expect(io.open).toBe(64);
    await until(() => held.length === 64);
    for (const response of held) response.end('done');
    await Promise.all(requests);
    expect(io.open).toBe(0);
  });
});

describe('the body of an answer', () => {
  it('may be as large as is permitted, and no larger; the rest is not taken', async () => {
    const { url, sockets } = await serveHttp((message, response) => {
      if (message.url === '/fits') response.end(Buffer.alloc(100_000));
      else if (message.url === '/long') response.end(Buffer.alloc(100_001));
      else if (message.url === '/bomb')
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000)));
      else {
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        };
        response.on('drain', more);
        more();
      }
    });
    const io = makeIo({ maxBytes: 100_000 });
    expect((await request(io, { url: `${url}/fits` })).body).toHaveLength(100_000);
    for (const path of ['/long', '/bomb', '/endless']) {
      expect(await failure(io, { url: url + path })).toBe(
        `SCRIPT_ERROR cannot request ${url}${path}: the body is larger than 100000 bytes, the most that a script may hold of one`,
      );
    }
    await until(() => sockets.at(-1)?.destroyed === true);
    expect(io.open).toBe(0);
    // What they held is given back.
    expect((await request(io, { url: `${url}/fits` })).body).toHaveLength(100_000);
  });

  it('is bounded together with the others that are under way', async () => {
    const { url } = await serveHttp((_, response) => void response.write(Buffer.alloc(60_000)));
    const io = makeIo({ maxBytes: 100_000 });
    const failures = await Promise.race([failure(io, { url }), failure(io, { url })]);
    expect(failures).toContain('more than 100000 bytes would be held outside the script');
    expect(io.open).toBe(1);
  });
});

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
