import { describe, expect, it } from 'vitest';
import { StintError } from '#stint/errors/stint-error';
import { parsePermissions } from '#stint/io/permissions';

function refusalOf(value: unknown): string {
  try {
    parsePermissions(value, 'options.permissions');
  } catch (error) {
    if (error instanceof StintError && error.code === 'INVALID_ARGUMENT') return error.message;
    throw error;
  }
  return 'accepted';
}

describe('permissions', () => {
  it('are none by default', () => {
    expect(parsePermissions(undefined, 'x')).toEqual({});
    expect(parsePermissions({}, 'x')).toEqual({});
    expect(parsePermissions({ net: undefined, time: undefined }, 'x')).toEqual({});
  });

  it('are copied: what was checked is what holds', () => {
    const net = ['a.example:1'];
    const permissions = parsePermissions({ net, time: true }, 'x');
    net[0] = '*:*';
    expect(permissions).toEqual({ net: ['a.example:1'], time: true });
  });

  it('take every documented form of a pattern', () => {
    const net = [
      ...['api.example.com:443', '*.example.com:443', '*:443', '*:*', 'localhost:8000-8100', 'bücher.example:80'],
      ...['127.0.0.1:0', '10.0.0.0/8:*', '[::1]:80', '[fd00::]/8:443', '[::ffff:10.0.0.0]/104:1', '0.0.0.0/0:1-65535'],
    ];
    expect(parsePermissions({ net }, 'x')).toEqual({ net });
  });

  for (const pattern of [
    ...['', ':', ':80', 'example.com', 'example.com:', 'example.com:http', 'example.com:65536', 'example.com:-1'],
    ...['example.com:90-80', 'example.com:0-80', 'example.com:1-', 'example.com:1.5', 'http://example.com:80', '*'],
    ...['a b:80', 'user@example.com:80', '*.*.com:80', 'api.*.com:80', '*.10.0.0.1:80', '*.:80', 'a..b:80', '::1:80'],
    ...[
      '[::1:80',
      '::1]:80',
      '[127.0.0.1]:80',
      '[fe80::1%eth0]:80',
      '10.0.0.0/33:80',
      '10.0.0.0/:80',
      '10.0.0.0/-1:80',
    ],
    ...['[fd00::]/129:80', '[::ffff:10.0.0.0]/8:80', 'fd00::/8:80', 'example.com/8:80', `${'a'.repeat(64)}.com:80`],
  ]) {
    it(`name the entry and its value when it is the text '${pattern}'`, () => {
      expect(refusalOf({ net: ['*:1', pattern] })).toMatch(
        /^options\.permissions\.net\[1\] is '.*; it must be 'host:port', such as/,
      );
    });
  }

  it('name what is wrong with anything else, and what to write instead', () => {
    expect(refusalOf(null)).toContain('options.permissions is null; it must be an object, such as');
    expect(refusalOf(['*:*'])).toContain("options.permissions is [ '*:*' ]; it must be an object");
    expect(refusalOf({ net: '*:*' })).toContain("options.permissions.net is '*:*'; it must be an array of");
    expect(refusalOf({ net: [80] })).toContain('options.permissions.net[0] is 80; it must be');
    expect(refusalOf({ net: new Array(1) })).toContain('options.permissions.net[0] is undefined');
    expect(refusalOf({ net: new Array(1025).fill('*:*') })).toContain('options.permissions.net has 1025 entries');
    expect(refusalOf({ time: 1 })).toContain('options.permissions.time is 1; it must be true or false');
    expect(refusalOf({ fs: true })).toBe(
      'options.permissions.fs is not a permission; the permissions are net, publicOnly, time',
    );
    const throwing = {
      get net(): string[] {
        throw new Error('boom');
      },
    };
    expect(refusalOf(throwing)).toContain('options.permissions.net cannot be read: boom');
  });
});
