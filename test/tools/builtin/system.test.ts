import { beforeAll, describe, expect, it } from 'vitest';
import { serveHttp } from './local-services.js';
import { workshop } from './workshop.js';

const shop = workshop();
let url: string;
beforeAll(async () => {
  url = await serveHttp((request, response) => response.writeHead(request.url === '/down' ? 503 : 200).end());
});

describe('environment', () => {
  it.each([
    [{ names: ['HOME'] }, /PERMISSION_DENIED .*HOME.*policy.environment/],
    [{ names: [] }, /names is \[\]/],
    [{ names: ['A=B'] }, /names\[0\] is 'A=B'/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('environment', input)).toMatch(message);
  });
});

describe('process.run', () => {
  it('hands arguments over as they are', async () => {
    const args = ['$(id)', '`id`', '&& id', 'a b', '*', '\n'];
    expect(await shop.call('process.run', { command: 'echo', args })).toMatchObject({
      status: 0,
      stdout: { content: `${args.join(' ')}\n` },
    });
  });

  it('gives bytes as Base64 and tells what went wrong', async () => {
    const policy = { ...shop.policy, commands: ['cat'] };
    expect(await shop.call('process.run', { command: 'cat', args: ['missing'] }, policy)).toMatchObject({
      status: 1,
      stderr: { content: expect.stringContaining('missing') },
    });
  });

  it.each([
    [{ command: 'sh', args: ['-c', 'id'] }, /PERMISSION_DENIED .*policy.commands/],
    [{ command: '/bin/cat', args: [] }, /PERMISSION_DENIED/],
    [{ command: 'cat', directory: '/etc' }, /PERMISSION_DENIED/],
    [{ command: 'echo', args: ['a\0b'] }, /TOOL_INPUT|INVALID_ARGUMENT|TOOL_FAILED/],
    [{ command: 'echo', args: 'a' }, /args is 'a'/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('process.run', input)).toMatch(message);
  });
});

describe('service.check', () => {
  it('says of a service whether it is up, and why not', async () => {
    const { port } = new URL(url);
    expect(await shop.call('service.check', { url })).toMatchObject({ up: true, status: 200 });
    expect(await shop.call('service.check', { url: `${url}/down` })).toMatchObject({
      up: false,
      status: 503,
      problem: 'it answered 503',
    });
    expect(await shop.call('service.check', { url: `${url}/down`, status: 503 })).toMatchObject({ up: true });
    expect(await shop.call('service.check', { host: '127.0.0.1', port: Number(port) })).toMatchObject({ up: true });
    expect(await shop.call('service.check', { host: '127.0.0.1', port: 2 })).toMatchObject({
      up: false,
      problem: expect.stringContaining('refused'),
    });
    expect(await shop.call('service.check', { host: '127.0.0.1', port: Number(port), tls: true })).toMatchObject({
      up: false,
    });
  });

  it.each([
    [{}, /TOOL_INPUT url: give url, or host and port/],
    [{ host: '10.0.0.1', port: 22 }, /PERMISSION_DENIED/],
    [{ url: 'http://169.254.169.254/' }, /PERMISSION_DENIED/],
    [{ host: 'a', port: 0 }, /port is 0/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('service.check', input)).toMatch(message);
  });
});

describe('system.monitor', () => {
  it('streams its samples, and ends when it is cancelled', async () => {
    const parts: unknown[] = [];
    const result = (await shop.registry.call(
      'system.monitor',
      { samples: 3, interval: 10 },
      { policy: shop.policy, onPart: (part) => void parts.push(part) },
    )) as { samples: unknown[] };
    expect(parts).toEqual(result.samples);
    const controller = new AbortController();
    const call = shop.registry.call(
      'system.monitor',
      { samples: 100, interval: 10_000 },
      { policy: shop.policy, signal: controller.signal },
    );
    setImmediate(() => controller.abort());
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it.each([
    [{ samples: 0 }, /samples is 0/],
    [{ interval: 1 }, /interval is 1/],
    [{ every: 1 }, /every is not known/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('system.monitor', input)).toMatch(message);
  });
});
