import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KernelClient } from '#stint/kernel/client/kernel-client';
import { connect } from '#stint/kernel/transport/connect';
import { makeFolder, makeKernel } from './helpers.js';

/** What comes of a request, its error as code and message. */
async function outcomeOf(request: () => unknown): Promise<unknown> {
  try {
    return await request();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
}

const cycle: { inner?: object } = {};
cycle.inner = cycle;
const odd: Record<string, unknown> = {
  function: () => 1,
  symbol: Symbol('s'),
  map: new Map([[1, 2]]),
  instance: new URL('http://x/'),
  cycle,
  getter: {
    get x() {
      throw new Error('no');
    },
  },
  inner: { toJSON: () => 7 },
};

const REQUESTS: Record<string, (client: KernelClient) => unknown> = {
  ...Object.fromEntries(
    Object.entries(odd).flatMap(([name, value]) => [
      [`a tool with ${name}`, (client: KernelClient) => client.tools.call('echo', { value })],
      [
        `a script with ${name}`,
        (client: KernelClient) =>
          client.scripts.run({ language: 'lua', code: 'return 1' }, { args: [1, value as never] }),
      ],
    ]),
  ),
  'a session': async (client) => {
    await using session = await client.sessions.open({ language: 'lua' });
    return await session.run('return 1', { args: [odd['map'] as never] });
  },
  'options of a call': (client) => client.tools.call('add', { a: 1, b: 2 }, { timeut: 1 } as object),
  'a signal': (client) => client.tools.call('add', { a: 1, b: 2 }, { signal: 1 as never }),
  'a listener': (client) => client.tools.call('add', { a: 1, b: 2 }, { onPart: 1 as never }),
  'the signal of a test': (client) => client.tools.test('add', { signal: 1 as never }),
  'the signal of a script': (client) => client.scripts.run({ language: 'lua', code: '' }, { signal: 1 as never }),
  'a filter': (client) => client.tools.list(null as never),
};

describe('what a client is told to send', () => {
  it.each([{ unix: '' }, { tcp: '127.0.0.1:0' }, { http: '127.0.0.1:0' }])(
    'is refused as by a kernel in its process: nothing is left out or made something else on the way (%j)',
    async (transport) => {
      const kernel = await makeKernel();
      const listener = await kernel.listen('unix' in transport ? { unix: join(makeFolder(), 's') } : transport);
      const local = kernel.client();
      await using remote = await connect(listener.connection);
      for (const [what, request] of Object.entries(REQUESTS)) {
        const refused = await outcomeOf(() => request(local));
        expect(refused, what).toMatchObject({ code: expect.stringMatching(/^(TOOL_INPUT|INVALID_|VALUE_NOT_)/) });
        expect(await outcomeOf(() => request(remote)), what).toEqual(refused);
      }
    },
  );
});
