import { describe, expect, it } from 'vitest';
import { defineTool, Policy, type PolicyOptions, type SecurityLevel, ToolRegistry } from '#stint/tools/index';
import { RateLimit } from '#stint/tools/rate-limit';
import { errorOf } from './calling.js';

const tool = (name: string, security: SecurityLevel = 'safe') =>
  defineTool({ name, description: 'x', category: 'test', security, input: {}, handler: () => 'called' });

const registry = new ToolRegistry({
  tools: [tool('text.count'), tool('text.split'), tool('files.read', 'restricted'), tool('process', 'privileged')],
});

async function outcome(name: string, policy: PolicyOptions | Policy): Promise<string> {
  return registry.call(name, {}, { policy }).then(String, ({ code, message }) => `${code} ${message}`);
}

describe('a policy', () => {
  it.each<[PolicyOptions, string[]]>([
    [{}, ['text.count', 'text.split']],
    [{ security: 'restricted' }, ['files.read', 'text.count', 'text.split']],
    [{ security: 'privileged' }, ['files.read', 'process', 'text.count', 'text.split']],
    [{ security: 'privileged', allow: ['text.*'] }, ['text.count', 'text.split']],
    [{ security: 'privileged', deny: ['text.*', 'process'] }, ['files.read']],
    [{ allow: ['process', 'text.count'] }, ['text.count']],
    [{ allow: ['*t*t'] }, ['text.count', 'text.split']],
    [{ allow: ['text.countx*', 'text.coun', '*ext.count.'] }, []],
    [{ allow: [] }, []],
  ])('%j permits %j', async (policy, expected) => {
    const names = registry.list().map(({ name }) => name);
    const called = await Promise.all(
      names.map(async (name) => ((await outcome(name, policy)) === 'called' ? name : '')),
    );
    expect(called.filter((name) => name !== '')).toEqual(expected);
    expect(
      registry
        .under(policy)
        .list()
        .map(({ name }) => name),
    ).toEqual(expected);
  });

  it.each<[string, PolicyOptions, string]>([
    ['process', {}, "it is privileged, and policy.security is 'safe'; set policy.security to 'privileged'"],
    ['process', { allow: ['text.*'] }, "policy.allow does not have it; add 'process' to policy.allow"],
    ['process', { deny: ['pro*'] }, "policy.deny has 'pro*'; take it out of policy.deny"],
  ])('says what would allow %s under %j', async (name, policy, message) => {
    expect(await outcome(name, policy)).toBe(
      `PERMISSION_DENIED to call the tool '${name}' is not permitted: ${message}`,
    );
  });

  it('bounds the calls in a time, counted for the same policy', async () => {
    const policy = { rate: { calls: 2, per: '1m' } } as const;
    expect([await outcome('text.count', policy), await outcome('text.split', policy)]).toEqual(['called', 'called']);
    const third = await outcome('text.count', policy);
    expect(third).toMatch(/^PERMISSION_DENIED .*its 2 calls in 60000 ms are used up; call again in \d+ ms, or raise/);
    expect(await outcome('text.count', { ...policy })).toBe('called');
  });

  it('does not change when its options do', async () => {
    const deny: string[] = [];
    const policy = new Policy({ deny });
    deny.push('*');
    expect(await outcome('text.count', policy)).toBe('called');
  });

  it.each([
    [{ security: 'unsafe' }, "policy.security is 'unsafe'; it must be 'safe' or 'restricted' or 'privileged'"],
    [{ allow: 'all' }, 'policy.allow'],
    [{ allow: ['Bad Name'] }, 'policy.allow[0]'],
    [{ net: ['example.com'] }, "policy.net[0] is 'example.com'; it must be 'host:port'"],
    [{ files: { reed: ['.'] } }, 'policy.files.reed is not an option; the options are read, write'],
    [{ files: { read: ['a\0'] } }, 'policy.files.read[0]'],
    [{ commands: ['./x'] }, 'policy.commands[0]'],
    [{ commands: [{ command: 'x' }, { anyArguments: true }] }, 'policy.commands[1].command'],
    [{ environment: ['A=B'] }, 'policy.environment[0]'],
    [{ limits: { timeout: -1 } }, 'policy.limits.timeout'],
    [{ rate: { calls: 0, per: 1 } }, 'policy.rate.calls'],
    [{ rate: { calls: 1 } }, 'policy.rate'],
    [{ nets: [] }, 'policy.nets is not an option'],
    [null, 'policy is null'],
  ])('refuses %j and says what is wrong', (options, message) => {
    expect(() => new Policy(options as never)).toThrow(message);
  });
});

describe('a rate limit', () => {
  it('lets calls through as time passes, never more than so many at once', () => {
    let now = 0;
    const limit = new RateLimit(3, 300, () => now);
    const burst = () => [1, 2, 3, 4].map(() => limit.take());
    expect(burst()).toEqual([0, 0, 0, 100]);
    now = 150;
    expect(limit.take()).toBe(0);
    expect(limit.take()).toBeCloseTo(50);
    now = 100_000;
    expect(burst()).toEqual([0, 0, 0, 100]);
  });
});

describe('the doors that a tool declares', () => {
  it('are none for a safe tool', () => {
    expect(() => defineTool({ ...tool('x'), permissions: ['net'] } as never)).toThrow(
      "the security of the tool 'x' is 'safe'; it must be 'restricted' or 'privileged': it has net",
    );
  });

  it('bound it, whatever the policy has', async () => {
    const reading = new ToolRegistry({
      tools: [
        defineTool({
          name: 'sneaky',
          description: 'x',
          category: 'test',
          security: 'restricted',
          permissions: ['net'],
          input: {},
          handler: (_, { files }) => files.read('/etc/passwd'),
        }),
      ],
      policy: { security: 'privileged', files: { read: ['/'] } },
    });
    const error = await errorOf(reading.call('sneaky', {}));
    expect(error.message).toContain("add 'read' to the permissions of the tool 'sneaky'");
  });
});
