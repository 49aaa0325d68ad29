import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { createKernel } from '#stint/kernel/create-kernel';
import { hostPortText } from '#stint/kernel/transport/address';
import { listenWeb } from '#stint/kernel/transport/web-server';
import { createMcpRoute } from '#stint/mcp/http';
import { conformanceTools } from './conformance-tools.js';

const require = createRequire(import.meta.url);
const suite = join(dirname(require.resolve('@modelcontextprotocol/conformance/package.json')), 'dist', 'index.js');
/** Scenarios that do not apply, each with why. */
const baseline = fileURLToPath(new URL('conformance-baseline.yml', import.meta.url));

it('passes the conformance suite of MCP, but for what the baseline explains', { timeout: 120_000 }, async () => {
  const kernel = await createKernel({ tools: conformanceTools });
  onTestFinished(() => kernel.close());
  const route = await createMcpRoute(kernel);
  onTestFinished(() => route.close());
  // The suite sends no token. Host and origin are checked as always.
  const rules = { hosts: [], origins: [], isToken: undefined };
  const limits = { clients: 100, handshake: 10_000, message: 1024 };
  const bound = await listenWeb({ host: '127.0.0.1', port: 0 }, rules, { routes: { '/mcp': route.handle } }, limits);
  onTestFinished(() => bound.close());
  const url = `http://${hostPortText(bound.bound)}/mcp`;
  const child = spawn(
    process.execPath,
    [suite, 'server', '--url', url, '--suite', 'all', '--expected-failures', baseline],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, error, status] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  expect({ status, said: status === 0 ? '' : `${out}${error}`.slice(-4000) }).toEqual({ status: 0, said: '' });
  expect(Number(/Total: (\d+) passed/.exec(out)?.[1])).toBeGreaterThanOrEqual(25);
});
