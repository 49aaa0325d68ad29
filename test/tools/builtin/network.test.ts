import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ReceivedMail, serveHttp, serveSmtp } from './local-services.js';
import { workshop } from './workshop.js';

const shop = workshop();
let url: string;
let failures = 0;
const hooks: { headers: Record<string, unknown>; body: string }[] = [];

beforeAll(async () => {
  url = await serveHttp((request, response, body) => {
    switch (request.url) {
      case '/redirect':
        return response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
      case '/local':
        return response.writeHead(302, { location: 'http://10.0.0.1:8080/' }).end();
      case '/bytes':
        return response.end(Buffer.from([0xff, 0x00]));
      case '/latin':
        return response.setHeader('content-type', 'text/plain; charset=iso-8859-1').end(Buffer.from('é', 'latin1'));
      case '/bomb':
        return response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(200_000_000)));
      case '/cookies':
        return response.setHeader('set-cookie', ['a=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT', 'b=2']).end();
      case '/cookie':
        return response.setHeader('set-cookie', 'a=1').end();
      case '/drip':
        return void response.write('begun');
      case '/hang':
        return undefined;
      case '/graphql':
        return response.end(JSON.stringify({ data: null, errors: [{ message: 'no field x', path: ['a', 0] }] }));
      case '/fails-twice':
        hooks.push({ headers: request.headers, body });
        failures += 1;
        return response.writeHead(failures <= 2 ? 503 : 200).end('thanks');
      case '/refuses':
        failures += 1;
        return response.writeHead(400).end('no');
      default:
        return response.end(JSON.stringify({ method: request.method, type: request.headers['content-type'], body }));
    }
  });
});

describe('http.request', () => {
  it('sends text, bytes and JSON', async () => {
    const bodyOf = async (input: object) =>
      JSON.parse((await shop.call<{ body: string }>('http.request', { url, ...input })).body) as unknown;
    expect(await bodyOf({ method: 'POST', json: { a: 1 } })).toEqual({
      method: 'POST',
      type: 'application/json',
      body: '{"a":1}',
    });
    expect(
      await bodyOf({ method: 'PUT', body: 'w6k=', encoding: 'base64', headers: { 'content-type': 'text/x' } }),
    ).toEqual({ method: 'PUT', type: 'text/x', body: 'é' });
  });

  it('gives bytes as Base64, and text by its charset', async () => {
    expect(await shop.call('http.request', { url: `${url}/bytes` })).toMatchObject({
      body: '/wA=',
      encoding: 'base64',
    });
    expect(await shop.call('http.request', { url: `${url}/latin` })).toMatchObject({ body: 'é', encoding: 'utf8' });
  });

  it('gives every cookie', async () => {
    expect(await shop.call('http.request', { url: `${url}/cookies` })).toMatchObject({
      headers: { 'set-cookie': ['a=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT', 'b=2'] },
    });
    expect(await shop.call('http.request', { url: `${url}/cookie` })).toMatchObject({
      headers: { 'set-cookie': 'a=1' },
    });
    const tests = [{ url: `${url}/cookies`, expect: { headers: { 'Set-Cookie': 'b=2' } } }];
    expect(await shop.call('api.test', { tests })).toMatchObject({ passed: true });
  });

  it('follows no redirect to where the policy does not permit', async () => {
    for (const path of ['/redirect', '/local']) {
      expect(await shop.failure('http.request', { url: url + path })).toMatch(/^PERMISSION_DENIED/);
      expect(await shop.call('http.request', { url: url + path, redirect: 'manual' })).toMatchObject({ status: 302 });
    }
  });

  it('bounds a body that unpacks to more than it holds', async () => {
    expect(await shop.failure('http.request', { url: `${url}/bomb` })).toMatch(
      /OUT_OF_MEMORY .*more than 67108864 bytes/,
    );
  });

  it('ends after its own timeout', async () => {
    expect(await shop.failure('http.request', { url: `${url}/hang`, timeout: 50 })).toMatch(/^TIMEOUT .*within 50 ms/);
    expect(await shop.failure('http.request', { url: `${url}/drip`, timeout: 100 })).toMatch(
      /^TIMEOUT .*within 100 ms/,
    );
  });

  it.each([
    [{ url: 'ftp://127.0.0.1/' }, /url is 'ftp:/],
    [{ url: 'http://127.0.0.1:2/', headers: { host: 'evil' } }, /TOOL_INPUT .*header 'host' cannot be set/],
    [{ url: 'http://127.0.0.1:2/', headers: { 'a b': 'c' } }, /^TOOL_INPUT cannot request .*header name/i],
    [{ url: 'http://127.0.0.1:2/', headers: { a: 'b\nc' } }, /^TOOL_INPUT cannot request .*header value/s],
    [{ url: 'http://127.0.0.1:2/', body: 'a' }, /^TOOL_INPUT cannot request .*GET\/HEAD/],
    [{ url: 'http://127.0.0.1:2/', body: 'a', json: 1 }, /TOOL_INPUT json: give body or json/],
    [{ url: 'http://127.0.0.1:2/' }, /TOOL_FAILED .*connection refused/],
    [{ url: 'http://[::ffff:169.254.169.254]/' }, /PERMISSION_DENIED/],
    [{ url: 'http://2852039166/' }, /PERMISSION_DENIED/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('http.request', input)).toMatch(message);
  });
});

describe('graphql', () => {
  it('tells what the server finds wrong', async () => {
    expect(await shop.call('graphql', { url: `${url}/graphql`, query: '{ x }' })).toEqual({
      status: 200,
      data: null,
      errors: [{ message: 'no field x', path: ['a', 0] }],
    });
  });

  it.each([
    ['/bytes', { query: '{ a }' }, /TOOL_FAILED .*no GraphQL response/],
    ['/', { query: '{ a }' }, /TOOL_FAILED .*no GraphQL response/],
    ['/graphql', { query: '' }, /query is ''/],
    ['/redirect', { query: '{ a }' }, /PERMISSION_DENIED/],
  ])('refuses %s %j', async (path, input, message) => {
    expect(await shop.failure('graphql', { url: url + path, ...input })).toMatch(message);
  });
});

describe('email.send', () => {
  let port: number;
  let mails: ReceivedMail[];
  beforeAll(async () => {
    ({ port, mails } = await serveSmtp());
  });
  const mail = {
    host: '127.0.0.1',
    from: 'Ada <ada@example.com>',
    to: ['b@example.com'],
    subject: 'Grüße',
    plain: true,
  };

  it('gives the server sender, receivers, text and files', async () => {
    const attachments = [{ name: 'a.txt', base64: 'aGVsbG8=' }];
    const sent = await shop.call<{ id: string }>('email.send', {
      ...mail,
      port,
      text: 'Hi',
      html: '<b>Hi</b>',
      bcc: ['hidden@example.com'],
      attachments,
    });
    expect(sent).toMatchObject({
      accepted: ['b@example.com', 'hidden@example.com'],
      rejected: [],
      response: '250 taken',
    });
    const { commands, data } = mails.at(-1) as ReceivedMail;
    expect(commands).toEqual(
      expect.arrayContaining([
        'MAIL FROM:<ada@example.com>',
        'RCPT TO:<b@example.com>',
        'RCPT TO:<hidden@example.com>',
      ]),
    );
    expect(data).toContain(sent.id);
    expect(data).toMatch(/filename=a\.txt/);
    expect(data).not.toContain('hidden@example.com');
  });

  it('sends no password, and without plain nothing at all, to a server without TLS', async () => {
    const before = mails.length;
    expect(await shop.failure('email.send', { ...mail, port, plain: false, text: 'Hi' })).toMatch(
      /TOOL_FAILED 127.0.0.1: .*STARTTLS/,
    );
    expect(await shop.failure('email.send', { ...mail, port, user: 'ada', password: 'secret', text: 'Hi' })).toMatch(
      /TOOL_FAILED 127.0.0.1: .*STARTTLS/,
    );
    for (const { commands } of mails.slice(before)) expect(commands.join()).not.toMatch(/AUTH|MAIL|c2VjcmV0/);
  });

  it('takes no text for a file or an address of one', async () => {
    await shop.call('email.send', { ...mail, port, text: 'file:///etc/passwd', html: '<img src="/etc/passwd">' });
    expect(mails.at(-1)?.data).not.toContain('root:');
  });

  it.each([
    [{ subject: 'a\r\nBcc: x@example.com' }, /subject is/],
    [{ from: 'a@example.com\nTo: b@example.com' }, /from is/],
    [{ to: [] }, /to is \[\]/],
    [{ to: ['nobody'] }, /to\[0\] is 'nobody'/],
    [{ attachments: [{ name: 'a', base64: '!' }] }, /TOOL_INPUT attachments: a: it is not Base64/],
    [{ host: '10.0.0.1' }, /PERMISSION_DENIED/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('email.send', { ...mail, port, text: 'Hi', ...input })).toMatch(message);
  });
});

describe('webhook.send and webhook.verify', () => {
  it('sends again what a server did not take, with the same id, and signed', async () => {
    failures = 0;
    hooks.length = 0;
    const secret = 'whsec_c2VjcmV0';
    expect(await shop.call('webhook.send', { url: `${url}/fails-twice`, event: { n: 1 }, secret })).toMatchObject({
      delivered: true,
      status: 200,
      attempts: 3,
      response: 'thanks',
    });
    expect(new Set(hooks.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const { headers, body } = hooks[2] as (typeof hooks)[number];
    const {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    } = headers as Record<string, string>;
    expect(signature).toBe(
      `v1,${createHmac('sha256', 'secret').update(`${id}.${timestamp}.${body}`).digest('base64')}`,
    );
    const check = { body, id, timestamp, signature, secret };
    expect(await shop.call('webhook.verify', check)).toEqual({ valid: true, reason: '' });
    expect(await shop.call('webhook.verify', { ...check, body: `${body} ` })).toMatchObject({ valid: false });
    expect(await shop.call('webhook.verify', { ...check, signature: `v1,x ${signature}` })).toMatchObject({
      valid: true,
    });
    const old = `${Number(timestamp) - 1000}`;
    const late = `v1,${createHmac('sha256', 'secret').update(`${id}.${old}.${body}`).digest('base64')}`;
    expect(await shop.call('webhook.verify', { ...check, timestamp: old, signature: late })).toMatchObject({
      valid: false,
      reason: expect.stringContaining('tolerance'),
    });
  });

  it('does not send again what a server refuses', async () => {
    failures = 0;
    expect(await shop.call('webhook.send', { url: `${url}/refuses`, event: 1 })).toMatchObject({
      delivered: false,
      status: 400,
      attempts: 1,
    });
    expect(failures).toBe(1);
  });

  it.each([
    [{ url: 'http://127.0.0.1:2/', event: 1, secretVariable: 'HOME' }, /PERMISSION_DENIED/],
    [
      { url: 'http://127.0.0.1:2/', event: 1, secretVariable: 'STINT_TEST_SECRET' },
      /TOOL_INPUT secretVariable: .*not set/,
    ],
    [{ url: 'http://10.0.0.1/', event: 1 }, /PERMISSION_DENIED/],
    [{ url: 'http://127.0.0.1:2/', event: 1, attempts: 99 }, /attempts is 99/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('webhook.send', input)).toMatch(message);
  });
});

describe('dns.lookup', () => {
  it('tells no address that the policy does not permit', async () => {
    expect(
      await shop.failure('dns.lookup', { host: 'localhost' }, { security: 'restricted', net: ['10.0.0.0/8:*'] }),
    ).toMatch(/PERMISSION_DENIED/);
    expect(await shop.failure('dns.lookup', { host: 'a b' })).toMatch(/INVALID_ARGUMENT|TOOL_FAILED|TOOL_INPUT/);
    expect(await shop.failure('dns.lookup', {})).toMatch(/host is missing/);
  });
});
