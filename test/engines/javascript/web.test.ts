import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime, type Runtime } from '#stint/index';

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    response.setHeader('X-Method', `${request.method}`);
    response.statusCode = request.url === '/missing' ? 404 : 200;
    response.end(
      JSON.stringify({ method: request.method, url: request.url, type: request.headers['content-type'], body }),
    );
  });
});

let runtime: Runtime;
let base: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  runtime = await createRuntime({ threads: 1 });
});
afterAll(async () => {
  await runtime.close();
  await new Promise((resolve) => server.close(resolve));
});

const javascript = (code: string) =>
  runtime.run({ language: 'javascript', code }, { args: [base], permissions: { net: ['127.0.0.1:*'] } });

describe('fetch', () => {
  it('gives status, headers and body in the forms that scripts know', async () => {
    const code = `
      const response = await fetch(args[0] + '/page');
      const again = await fetch(args[0] + '/missing');
      [response.status, response.ok, response.headers.get('X-METHOD'), (await response.json()).url,
       (await response.text()).length, (await response.bytes()) instanceof Uint8Array, again.ok, again.status]`;
    expect(await javascript(code)).toEqual([200, true, 'GET', '/page', expect.any(Number), true, false, 404]);
  });

  it('sends what it is told to', async () => {
    const code = `
      const init = { method: 'POST', headers: { 'content-type': 'text/x-note' }, body: 'grüße' };
      (await fetch(args[0] + '/notes', init)).json()`;
    expect(await javascript(code)).toEqual({ method: 'POST', url: '/notes', type: 'text/x-note', body: 'grüße' });
  });
});

describe('the text coders', () => {
  it('turn text into UTF-8 and back', async () => {
    const code = `
      const bytes = new TextEncoder().encode('grüße 🦉');
      [bytes.length, new TextDecoder().decode(bytes), new TextDecoder('utf-8').decode(bytes.buffer), new TextDecoder().decode()]`;
    expect(await javascript(code)).toEqual([12, 'grüße 🦉', 'grüße 🦉', '']);
  });

  it('refuse other encodings', async () => {
    await expect(javascript('new TextDecoder("latin1")')).rejects.toMatchObject({ message: /utf-8 only/ });
  });
});
