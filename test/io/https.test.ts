import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { certificateFor } from './certificate.js';
import { failureOf, makeIo } from './local.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const CLIENT = `
  import { ScriptIo } from '#stint/io/script-io';
  const io = new ScriptIo({
    permissions: { net: ['127.0.0.1:*'] },
    maxBytes: 1000,
    lookup: async () => [{ address: '127.0.0.1' }],
  });
  for (const name of ['secure.example', 'other.example']) {
    const request = io.call('http.request', [{ url: 'https://' + name + ':' + process.argv[1] + '/' }]);
    console.log(await request.then(({ body }) => String(Buffer.from(body)), (error) => error.message));
  }
  io.close();
`;

async function serveTls() {
  const { key, cert } = certificateFor('secure.example');
  const seen: (string | false)[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    seen.push((request.socket as unknown as { servername: string | false }).servername);
    response.end('secret');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { cert, seen, port: (server.address() as AddressInfo).port };
}

describe('an HTTPS request', () => {
  it('proves the name that was asked for, though it connects to the address that was checked', async () => {
    const { cert, seen, port } = await serveTls();
    const folder = mkdtempSync(join(tmpdir(), 'stint-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'authority.pem'), cert);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', CLIENT, String(port)],
      {
        cwd: root,
        env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem') },
        timeout: 20_000,
      },
    );
    expect(stdout.trim().split('\n')).toEqual([
      'secret',
      `cannot request https://other.example:${port}/: the certificate of the server is for another name`,
    ]);
    expect(seen).toEqual(['secure.example']);
  });

  it('is not made to a server whose certificate nobody vouches for', async () => {
    const { seen, port } = await serveTls();
    const io = makeIo({ lookup: async () => [{ address: '127.0.0.1' }] });
    expect(await failureOf(io, 'http.request', [{ url: `https://secure.example:${port}/` }])).toBe(
      `SCRIPT_ERROR cannot request https://secure.example:${port}/: the certificate of the server is not to be trusted: it is signed by itself`,
    );
    expect(await failureOf(io, 'http.request', [{ url: `https://127.0.0.1:${port}/` }])).toContain('SCRIPT_ERROR');
    expect(seen).toEqual([]);
    expect(io.open).toBe(0);
  });
});
