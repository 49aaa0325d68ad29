import { describe, expect, it } from 'vitest';
import { StintError } from '#stint/errors/stint-error';
import { NetGuard } from '#stint/io/net-guard';

/** Names that lead where the test says, and a list of what was asked. */
function fakeNames(names: Record<string, string[]>) {
  const asked: string[] = [];
  const lookup = async (name: string) => {
    asked.push(name);
    const found = names[name];
    if (found === undefined) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
    return found.map((address) => ({ address }));
  };
  return { lookup, asked };
}

interface Asked {
  permit: string[];
  names?: Record<string, string[]>;
  deed?: 'connectable' | 'listenable';
}

/** The addresses that a script may go to, or the code and message of its refusal. */
async function ask(host: string, port: number, { permit, names = {}, deed = 'connectable' }: Asked): Promise<string> {
  try {
    const { addresses } = await new NetGuard(permit, fakeNames(names).lookup)[deed](host, port);
    return addresses.map(({ address }) => address).join(' ');
  } catch (error) {
    if (error instanceof StintError) return `${error.code} ${error.message}`;
    throw error;
  }
}

const PUBLIC = '93.184.215.14';
const PUBLIC_6 = '2606:2800:21f:cb07:6820:80da:af6b:8b2c';

/** Every way to write 127.0.0.1 that some resolver or parser takes. */
const LOOPBACK_TRICKS = [
  ...[
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f.1',
    '0x7f000001',
    '0X7F.0.0.1',
    '017700000001',
    '0177.0.0.1',
  ],
  ...[
    '127.0.0.1.',
    '127.1.',
    '１２７.０.０.１',
    '127。0。0。1',
    '[::ffff:127.0.0.1]',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
  ],
  ...['0:0:0:0:0:ffff:7f00:0001', '::FFFF:127.0.0.1', '[0:0::0:ffff:127.0.0.1]'],
];

/** Addresses that are not of the public internet. */
const INSIDE = [
  ...[
    '0.0.0.0',
    '0.1.2.3',
    '10.1.2.3',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
  ],
  ...[
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '203.0.113.9',
    '224.0.0.1',
  ],
  ...[
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
  ],
  ...[
    'ff02::1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '::10.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::1',
    '2002:a00:1::1',
  ],
  ...['2001::a00:1', '2001:db8::1', '100::1', 'fec0::1', 'fe80::1%1', '::ffff:0:10.0.0.1'],
];

describe('a script', () => {
  it('reaches nothing by default', async () => {
    for (const host of ['127.0.0.1', '::1', 'localhost', PUBLIC, 'example.com']) {
      expect(await ask(host, 80, { permit: [], names: { localhost: ['127.0.0.1'] } })).toMatch(/^PERMISSION_DENIED/);
    }
  });

  it('reaches by an address pattern that address at that port, and no other', async () => {
    const permit = ['10.0.0.1:8000-8100', '[::1]:80'];
    expect(await ask('10.0.0.1', 8000, { permit })).toBe('10.0.0.1');
    expect(await ask('10.0.0.1', 8100, { permit })).toBe('10.0.0.1');
    expect(await ask('::1', 80, { permit })).toBe('::1');
    expect(await ask('[0:0::1]', 80, { permit })).toBe('::1');
    for (const [host, port] of [
      ['10.0.0.1', 7999],
      ['10.0.0.1', 8101],
      ['10.0.0.2', 8000],
      ['::1', 81],
      ['::2', 80],
    ] as const) {
      expect(await ask(host, port, { permit })).toMatch(/^PERMISSION_DENIED/);
    }
  });

  it('reaches by a network pattern the addresses within', async () => {
    const permit = ['10.0.0.0/8:*', '[fd00::]/8:*', '[::ffff:192.168.0.0]/112:*'];
    for (const host of ['10.255.0.1', 'fdff::1', '192.168.3.4', '::ffff:10.0.0.1']) {
      expect(await ask(host, 1, { permit })).not.toContain('PERMISSION_DENIED');
    }
    for (const host of ['11.0.0.1', 'fc00::1', '192.169.0.1', '::ffff:11.0.0.1']) {
      expect(await ask(host, 1, { permit })).toMatch(/^PERMISSION_DENIED/);
    }
  });

  it('reaches everything by *, at the ports given', async () => {
    expect(await ask('127.0.0.1', 443, { permit: ['*:443'] })).toBe('127.0.0.1');
    expect(await ask('x.example', 443, { permit: ['*:443'], names: { 'x.example': ['10.0.0.1'] } })).toBe('10.0.0.1');
    expect(await ask('127.0.0.1', 80, { permit: ['*:443'] })).toMatch(/^PERMISSION_DENIED/);
  });

  for (const host of LOOPBACK_TRICKS) {
    it(`reaches the address 127.0.0.1 as ${host} exactly when 127.0.0.1 is permitted`, async () => {
      expect(await ask(host, 80, { permit: ['127.0.0.1:*'] })).toBe('127.0.0.1');
      const permit = ['*.example:*', '10.0.0.0/8:*', '[::]/0:*', '127.0.0.2:*'];
      expect(await ask(host, 80, { permit })).toMatch(/^PERMISSION_DENIED/);
    });
  }

  for (const host of [
    ...[
      '',
      '.',
      'a..b',
      'a b',
      'a/b',
      'a:80',
      'user@a',
      'a?',
      'a#',
      'a\\b',
      '%31',
      '[a]',
      '[127.0.0.1]',
      'fe80::1%eth0',
      'a\0b',
    ],
    ...[
      '[fe80::1%25eth0]',
      '1.2.3.256',
      '1.2.3.4.5',
      'a\tb',
      'localhost\n',
      `${'a'.repeat(64)}.example`,
      'a.'.repeat(128),
    ],
  ]) {
    it(`is told that ${JSON.stringify(host.slice(0, 20))} is no host`, async () => {
      expect(await ask(host, 80, { permit: ['*:*'] })).toMatch(/^INVALID_ARGUMENT host is /);
    });
  }

  it('reaches by a name the public addresses that it leads to, in any spelling of the name', async () => {
    const names = { 'api.example.com': [PUBLIC, PUBLIC_6], 'xn--bcher-kva.example': [PUBLIC] };
    const permit = ['API.example.com:443', 'bücher.example:443'];
    for (const host of ['api.example.com', 'API.Example.COM', 'api.example.com.', 'ａｐｉ.example.com']) {
      expect(await ask(host, 443, { permit, names })).toBe(`${PUBLIC} ${PUBLIC_6}`);
    }
    expect(await ask('BÜCHER.example', 443, { permit, names })).toBe(PUBLIC);
    expect(await ask('api.example.com', 80, { permit, names })).toMatch(/^PERMISSION_DENIED/);
  });

  it('reaches by *.name its subdomains, not the name itself nor one that ends alike', async () => {
    const names = {
      'a.example.com': [PUBLIC],
      'a.b.example.com': [PUBLIC],
      'example.com': [PUBLIC],
      'anexample.com': [PUBLIC],
    };
    const permit = ['*.example.com:*'];
    expect(await ask('a.example.com', 1, { permit, names })).toBe(PUBLIC);
    expect(await ask('a.b.example.com', 1, { permit, names })).toBe(PUBLIC);
    expect(await ask('example.com', 1, { permit, names })).toMatch(/^PERMISSION_DENIED/);
    expect(await ask('anexample.com', 1, { permit, names })).toMatch(/^PERMISSION_DENIED/);
  });

  for (const address of INSIDE) {
    it(`does not get inside by a permitted name that leads to ${address}, and does not learn where it leads`, async () => {
      const permit = ['evil.example:80', '*.example:80'];
      const refusal = await ask('evil.example', 80, { permit, names: { 'evil.example': [address] } });
      expect(refusal).toMatch(/^PERMISSION_DENIED to connect to evil\.example:80 is not permitted: the name leads to/);
      expect(refusal).not.toContain(address);
    });
  }

  it('goes only to those addresses of a name that are permitted', async () => {
    const names = { 'mixed.example': ['127.0.0.1', PUBLIC, '10.0.0.7', '::ffff:10.0.0.8'] };
    expect(await ask('mixed.example', 80, { permit: ['mixed.example:*'], names })).toBe(PUBLIC);
    expect(await ask('mixed.example', 80, { permit: ['10.0.0.0/8:*'], names })).toBe('10.0.0.7 10.0.0.8');
    expect(await ask('mixed.example', 80, { permit: ['mixed.example:*', '10.0.0.7:*'], names })).toBe(
      `${PUBLIC} 10.0.0.7`,
    );
  });

  it('reaches its own machine as localhost, by the name or by the address, and by no other name that says so', async () => {
    const names = { localhost: ['::1', '127.0.0.1'], 'sub.localhost': ['127.0.0.1'] };
    expect(await ask('localhost', 80, { permit: ['localhost:*'], names })).toBe('::1 127.0.0.1');
    expect(await ask('LOCALHOST.', 80, { permit: ['localhost:*'], names })).toBe('::1 127.0.0.1');
    expect(await ask('localhost', 80, { permit: ['127.0.0.1:*'], names })).toBe('127.0.0.1');
    expect(await ask('127.0.0.1', 80, { permit: ['localhost:*'], names })).toMatch(/^PERMISSION_DENIED/);
    expect(await ask('sub.localhost', 80, { permit: ['*.localhost:*', 'localhost:*'], names })).toMatch(
      /^PERMISSION_DENIED/,
    );
    expect(await ask('localhost', 80, { permit: ['localhost:*'], names: { localhost: ['10.0.0.1'] } })).toMatch(
      /^PERMISSION_DENIED/,
    );
  });

  it('listens only where an address pattern, localhost or * permits the address', async () => {
    const asked = (host: string, port: number, permit: string[]) =>
      ask(host, port, { permit, deed: 'listenable', names: { localhost: ['127.0.0.1'], 'pub.example': [PUBLIC] } });
    expect(await asked('127.0.0.1', 8080, ['127.0.0.1:8080'])).toBe('127.0.0.1');
    expect(await asked('127.0.0.1', 8080, ['localhost:8080'])).toBe('127.0.0.1');
    expect(await asked('localhost', 8080, ['localhost:8080'])).toBe('127.0.0.1');
    expect(await asked('0.0.0.0', 8080, ['*:8080'])).toBe('0.0.0.0');
    expect(await asked('0.0.0.0', 8080, ['localhost:8080', '127.0.0.1:8080'])).toMatch(
      /^PERMISSION_DENIED to listen on/,
    );
    expect(await asked(PUBLIC, 8080, ['pub.example:8080'])).toMatch(/^PERMISSION_DENIED/);
    expect(await asked('pub.example', 8080, ['pub.example:8080'])).toMatch(/^PERMISSION_DENIED/);
  });

  it('gets a port of the system’s choice only by the ports * and 0', async () => {
    const asked = (permit: string[]) => ask('127.0.0.1', 0, { permit, deed: 'listenable' });
    expect(await asked(['127.0.0.1:*'])).toBe('127.0.0.1');
    expect(await asked(['127.0.0.1:0'])).toBe('127.0.0.1');
    expect(await asked(['127.0.0.1:1-65535'])).toMatch(/^PERMISSION_DENIED/);
  });

  it('has a name resolved once, and not at all if nothing could permit it', async () => {
    const { lookup, asked } = fakeNames({ 'a.example': [PUBLIC], 'b.example': [PUBLIC] });
    await new NetGuard(['a.example:80'], lookup).connectable('a.example', 80);
    expect(asked).toEqual(['a.example']);
    expect(() => new NetGuard(['a.example:80', '127.0.0.1:81'], lookup).connectable('b.example', 80)).toThrow(
      StintError,
    );
    expect(() => new NetGuard(['a.example:80'], lookup).connectable('a.example', 81)).toThrow(StintError);
    expect(() => new NetGuard(['a.example:80'], lookup).listenable('a.example', 80)).toThrow(StintError);
    expect(asked).toEqual(['a.example']);
  });

  it('has at most 1,024 names resolved at once', async () => {
    let answer = (_: { address: string }[]): void => undefined;
    const late = new Promise<{ address: string }[]>((resolve) => {
      answer = resolve;
    });
    const guard = new NetGuard(['*:*'], () => late);
    const targets = Array.from({ length: 1024 }, () => guard.connectable('a.example', 80));
    await expect(guard.connectable('a.example', 80)).rejects.toThrow('1024 names are being resolved already');
    answer([{ address: PUBLIC }]);
    await Promise.all(targets);
    await expect(guard.connectable('a.example', 80)).resolves.toMatchObject({ label: 'a.example:80' });
  });

  it('is told what it asked, why it is refused, and what would permit it', async () => {
    expect(await ask('127.0.0.1', 8080, { permit: [] })).toBe(
      "PERMISSION_DENIED to connect to 127.0.0.1:8080 is not permitted: permissions.net is empty; add '127.0.0.1:8080' to permissions.net",
    );
    expect(await ask('::1', 8080, { permit: ['*:1'] })).toBe(
      "PERMISSION_DENIED to connect to [::1]:8080 is not permitted: nothing in permissions.net matches it; add '[::1]:8080' to permissions.net",
    );
    expect(await ask('in.example', 80, { permit: ['in.example:*'], names: { 'in.example': ['10.0.0.1'] } })).toBe(
      'PERMISSION_DENIED to connect to in.example:80 is not permitted: the name leads to an address that is not public, and a name ' +
        "permits public ones only; add that address, as '<address>:80', to permissions.net",
    );
    expect(await ask('no.example', 80, { permit: ['no.example:*'] })).toBe(
      'SCRIPT_ERROR cannot connect to no.example:80: there is no such host',
    );
  });
});
