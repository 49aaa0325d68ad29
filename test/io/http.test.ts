import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Value } from '#stint/values/value';
import { makeIo, serve, until } from './local.js';
import { failure, request, serveHttp, text, textOf } from './local-http.js';

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

  it.each([
    ['Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nZZ\r\n\r\n', /Response does not match the HTTP.*chunk size/],
    ['Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', /the server closed the connection$/],
    ['Content-Length: 9\r\n\r\nabc', /the server closed the connection$/],
    ['Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc', /the body is not compressed as the headers say$/],
    ['Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc', /the headers of the answer contradict each other/],
  ])('is not taken for a mistake of the script where the answer is wrong: %j', async (rest, reason) => {
    const { port } = await serve((socket) => socket.resume().end(`HTTP/1.1 200 OK\r\n${rest}`));
    const refusal = await failure(makeIo(), { url: `http://127.0.0.1:${port}/` });
    expect(refusal).toMatch(/^SCRIPT_ERROR cannot request http:/);
    expect(refusal).toMatch(reason);
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
