import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { StintError } from '#stint/errors/stint-error';
import type { Gate } from '#stint/tools/access/gate';
import { NetDoor } from '#stint/tools/access/net-door';
import type { PolicyOptions, ToolContext } from '#stint/tools/index';
import { readPolicy } from '#stint/tools/policy-options';
import { echo, serve, until } from '../io/local.js';
import { redirect, serveHttp, textOf } from '../io/local-http.js';
import { errorOf, refusalWithin, within } from './calling.js';

const ANY: PolicyOptions = { net: ['*:*'] };

/** A door whose names lead where `lookup` says. */
function doorTo(net: string[], lookup: (name: string) => string[]) {
  const noted: boolean[] = [];
  const gate = {
    rules: readPolicy({ net }),
    limits: { timeout: 1000, memory: 1000, output: 1000, input: 1000 },
    signal: new AbortController().signal,
    scratches: [],
    scratch: () => Promise.reject(new Error('not here')),
    enter: () => undefined,
    note: (_door, _what, permitted) => void noted.push(permitted),
    refusal: (_door, _what, deed) => new StintError('PERMISSION_DENIED', deed),
    defer: () => undefined,
  } satisfies Gate;
  return { door: new NetDoor(gate, async (name) => lookup(name).map((address) => ({ address }))), noted };
}

describe('fetch', () => {
  it('asks a permitted host, with method, headers and body', async () => {
    const { url } = await serveHttp(async (request, response) => {
      const { method, headers } = request;
      response.writeHead(201, { 'x-seen': `${method} ${headers['x-a']}` }).end(await textOf(request));
    });
    const { result, events } = await within({ net: ['127.0.0.1:*'] }, async ({ fetch }) => {
      const response = await fetch(url, { method: 'POST', headers: { 'x-a': '1' }, body: 'hello' });
      return [response.status, response.headers.get('x-seen'), response.url, await response.text()];
    });
    expect(result).toEqual([201, 'POST 1', `${url}/`, 'hello']);
    expect(events[0]?.reached).toEqual([{ door: 'net', what: url, permitted: true }]);
  });

  it('leaves no connection open after the call, nor a body that nobody read', async () => {
    const { url, sockets } = await serveHttp((_, response) => {
      response.write('begins');
    });
    await within({ net: ['127.0.0.1:*'] }, async ({ fetch }) => (await fetch(url)).status);
    await until(() => sockets.length === 1 && sockets.every((socket) => socket.destroyed));
  });

  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '0.0.0.0',
    '[::]',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '100.64.0.1',
    'localhost',
    '127.0.0.1.',
    '１２７.０.０.１',
  ])('does not reach %s by *', async (host) => {
    const { port } = await serveHttp((_, response) => response.end('inside'));
    const error = await refusalWithin(ANY, ({ fetch }) => fetch(`http://${host}:${port}/`));
    expect(error).toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(error.message).toMatch(/add '.+' to policy\.net/);
  });

  it('does not take an address with a zone', async () => {
    const error = await refusalWithin(ANY, ({ fetch }) => fetch('http://[fe80::1%25lo]:80/'));
    expect(error).toMatchObject({ code: 'TOOL_INPUT' });
  });

  it('reaches a private address that is listed', async () => {
    const { port } = await serveHttp((_, response) => response.end('inside'));
    for (const entry of [`127.0.0.1:${port}`, '127.0.0.0/8:*', `localhost:${port}`]) {
      const host = entry.startsWith('localhost') ? 'localhost' : '127.0.0.1';
      const { result } = await within({ net: [entry] }, async ({ fetch }) =>
        (await fetch(`http://${host}:${port}/`)).text(),
      );
      expect(result).toBe('inside');
    }
  });

  it('does not follow a redirect to what is not permitted', async () => {
    const inside = await serveHttp((_, response) => response.end('classified'));
    const { url, port } = await serveHttp((_, response) => redirect(response, inside.url));
    const error = await refusalWithin({ net: [`127.0.0.1:${port}`] }, ({ fetch }) => fetch(url));
    expect(error.message).toContain(`to connect to 127.0.0.1:${inside.port} is not permitted`);
    expect(inside.sockets).toEqual([]);
  });

  it.each(['file:///etc/passwd', 'data:text/plain,x', 'blob:x', 'ftp://127.0.0.1/', '/etc/passwd', 'http://'])(
    'takes no URL such as %s',
    async (url) => {
      expect(await refusalWithin(ANY, ({ fetch }) => fetch(url))).toMatchObject({ code: 'TOOL_INPUT' });
    },
  );

  it('does not follow a redirect to a file or a data URL, nor one that never ends', async () => {
    for (const to of ['file:///etc/passwd', 'data:text/plain,x', '/again']) {
      const { url } = await serveHttp((_, response) => redirect(response, to));
      const error = await refusalWithin({ net: ['127.0.0.1:*'] }, ({ fetch }) => fetch(url));
      expect(error.code).toBe('TOOL_FAILED');
    }
  });

  it('does not let a header name another host', async () => {
    const error = await refusalWithin({ net: ['127.0.0.1:*'] }, ({ fetch }) =>
      fetch('http://127.0.0.1:1/', { headers: { Host: 'internal.example.com' } }),
    );
    expect(error).toMatchObject({ code: 'TOOL_INPUT' });
    expect(error.message).toContain("the header 'Host' cannot be set");
  });

  it('bounds a body, also one that was packed', async () => {
    const { url } = await serveHttp((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000)));
    });
    const error = await refusalWithin({ net: ['127.0.0.1:*'], limits: { memory: 100_000 } }, async ({ fetch }) =>
      (await fetch(url)).text(),
    );
    expect(error.message).toContain('has more than 100000 bytes; raise limits.memory');
  });

  it('ends with the call', async () => {
    const { url, sockets } = await serveHttp(() => undefined);
    const controller = new AbortController();
    const call = refusalWithin({ net: ['127.0.0.1:*'] }, ({ fetch }) => fetch(url), { signal: controller.signal });
    await until(() => sockets.length === 1);
    controller.abort('enough');
    expect(await call).toMatchObject({ code: 'CANCELLED' });
    await until(() => sockets.every((socket) => socket.destroyed));
  });
});

describe('connect', () => {
  it('gives a socket, which is closed with the call', async () => {
    const { port, sockets } = await serve(echo);
    const { result } = await within({ net: ['127.0.0.1:*'] }, async ({ connect }) => {
      const socket = await connect({ host: '127.0.0.1', port });
      socket.write('ping');
      return String((await once(socket, 'data'))[0]);
    });
    expect(result).toBe('ping');
    await until(() => sockets.every((socket) => socket.destroyed || socket.readableEnded));
  });

  it('tells why there is none', async () => {
    const error = await refusalWithin({ net: ['127.0.0.1:*'] }, ({ connect }) =>
      connect({ host: '127.0.0.1', port: 1 }),
    );
    expect(error).toMatchObject({ code: 'TOOL_FAILED' });
    expect(error.message).toContain('cannot connect to 127.0.0.1:1: connection refused');
    for (const port of [0, 65_536, 1.5, '80']) {
      const wrong = await refusalWithin({ net: ['127.0.0.1:*'] }, ({ connect }) =>
        connect({ host: '127.0.0.1', port: port as number }),
      );
      expect(wrong.message).toContain('a whole number from 1 to 65535');
    }
  });

  it('goes only where the policy lets it', async () => {
    const denied = await refusalWithin({}, ({ connect }) => connect({ host: '127.0.0.1', port: 80 }));
    expect(denied.message).toBe(
      "to connect to 127.0.0.1:80 is not permitted: policy.net is empty; add '127.0.0.1:80' to policy.net",
    );
  });
});

describe('a name', () => {
  it.each([
    ['a private address', ['10.0.0.5']],
    ['this machine', ['127.0.0.1']],
    ['the metadata service', ['169.254.169.254']],
    ['a mapped address', ['::ffff:10.0.0.5']],
    ['an address with a zone', ['fe80::1%eth0']],
  ])('that leads to %s is not connected to, whatever permits the name', async (_, addresses) => {
    for (const net of [['internal.example.com:*'], ['*.example.com:*'], ['*:*']]) {
      const { door, noted } = doorTo(net, () => addresses);
      const error = await errorOf(door.connect({ host: 'internal.example.com', port: 80 }));
      expect(error.code).toBe('PERMISSION_DENIED');
      expect(noted).toEqual([false]);
    }
  });

  it('is resolved once: what a second answer would say does not count', async () => {
    const { port } = await serve(echo);
    let answers = 0;
    const { door } = doorTo(['127.0.0.1:*'], () => {
      answers += 1;
      return [answers === 1 ? '127.0.0.1' : '10.0.0.5'];
    });
    const socket = await door.connect({ host: 'rebinding.example.com', port });
    expect(socket.remoteAddress).toBe('127.0.0.1');
    expect(answers).toBe(1);
    socket.destroy();
  });

  it('that nothing could permit is not even asked for', async () => {
    const asked: string[] = [];
    const { door } = doorTo(['api.example.com:443'], (name) => {
      asked.push(name);
      return ['93.184.215.14'];
    });
    await errorOf(door.connect({ host: 'data.attacker.example', port: 443 }));
    await errorOf(door.lookup('data.attacker.example'));
    expect(asked).toEqual([]);
  });

  it('is looked up to the addresses that may be connected to', async () => {
    const { door } = doorTo(['api.example.com:443', '10.0.0.0/8:*'], () => [
      '93.184.215.14',
      '10.1.2.3',
      '192.168.0.1',
    ]);
    expect(await door.lookup('api.example.com')).toEqual(['93.184.215.14', '10.1.2.3']);
  });
});

describe('the network', () => {
  it('is shut for a tool that does not declare it', async () => {
    const error = await refusalWithin(ANY, ({ connect }: ToolContext) => connect({ host: 'example.com', port: 80 }), {
      permissions: ['read'],
    });
    expect(error.message).toContain("add 'net' to the permissions of the tool 'probe'");
  });

  it('is read to its end as a stream', async () => {
    const { url } = await serveHttp((_, response) => response.end('x'.repeat(100_000)));
    const { result } = await within({ net: ['127.0.0.1:*'] }, async ({ fetch }) => {
      const { body } = await fetch(url);
      return (await text(body as never)).length;
    });
    expect(result).toBe(100_000);
  });
});
