import type { TLSSocket } from 'node:tls';
import { messageOf } from '../../../errors/describe.js';
import { isStintError } from '../../../errors/stint-error.js';
import type { ToolContext } from '../../tool-context.js';
import { builtin } from '../builtin.js';
import { httpUrl } from '../network/http-body.js';
import { wrongInput } from '../refusal.js';
import { boolean, integer, number, object, text, withDefault } from '../schema.js';

export const serviceCheck = builtin({
  name: 'service.check',
  description:
    'Whether a service answers: an HTTP URL by its status, or a TCP or TLS port by a connection; with the time that it took and the days of its certificate.',
  category: 'system',
  tags: ['health', 'ping', 'port', 'uptime', 'certificate', 'tls'],
  security: 'restricted',
  permissions: ['net'],
  input: object(
    {},
    {
      url: httpUrl('An HTTP service.'),
      host: text('In place of url: a host.', { min: 1, max: 255 }),
      port: integer('Its port.', { min: 1, max: 65_535 }),
      tls: withDefault(false, boolean('Whether the port speaks TLS.')),
      status: integer('The status that a URL has to answer. Default: any below 400.', { min: 100, max: 599 }),
      timeout: withDefault(5000, integer('Milliseconds to wait.', { min: 1, max: 60_000 })),
    },
  ),
  output: object(
    { up: boolean('Whether it answers as it should.'), ms: number('How long it took.', { min: 0 }) },
    {
      status: integer('Of a URL: its status.', { min: 100, max: 599 }),
      problem: text('What is wrong.'),
      certificateDays: integer('With tls: days until its certificate ends.', { min: -100_000, max: 100_000 }),
    },
  ),
  examples: [
    { input: { url: 'http://example.com/' }, check: (output) => (output as { up: boolean }).up },
    {
      description: 'A port',
      input: { host: 'example.com', port: 80 },
      check: (output) => (output as { up: boolean }).up,
    },
  ],
  async handler({ url, host, port, tls, status, timeout }, context) {
    const startedAt = performance.now();
    const time = () => Math.round((performance.now() - startedAt) * 10) / 10;
    try {
      if (url !== undefined) {
        const answered = await checkUrl(context, url, timeout);
        const up = status === undefined ? answered < 400 : answered === status;
        return { up, ms: time(), status: answered, ...(up ? {} : { problem: `it answered ${answered}` }) };
      }
      if (host === undefined || port === undefined) throw wrongInput('url', 'give url, or host and port');
      return { up: true, ...(await checkPort(context, host, port, tls, timeout)), ms: time() };
    } catch (error) {
      if (context.signal.aborted || (isStintError(error) && ['PERMISSION_DENIED', 'TOOL_INPUT'].includes(error.code)))
        throw error;
      return { up: false, ms: time(), problem: messageOf(error) };
    }
  },
});

async function checkUrl({ fetch }: ToolContext, url: string, timeout: number): Promise<number> {
  const response = await fetch(url, {
    headers: { 'user-agent': 'stint' },
    redirect: 'manual',
    signal: AbortSignal.timeout(timeout),
  });
  await response.body?.cancel();
  return response.status;
}

async function checkPort({ connect }: ToolContext, host: string, port: number, tls: boolean, timeout: number) {
  const late = AbortSignal.timeout(timeout);
  const tooLate = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () => reject(new Error(`no connection within ${timeout} ms`)), { once: true });
  });
  const socket = await Promise.race([connect({ host, port, tls }), tooLate]);
  const certificate = tls ? (socket as TLSSocket).getPeerCertificate() : undefined;
  socket.destroy();
  if (certificate === undefined) return {};
  return { certificateDays: Math.floor((Date.parse(certificate.valid_to) - Date.now()) / 86_400_000) };
}
