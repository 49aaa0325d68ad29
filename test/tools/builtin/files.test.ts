import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import tar from 'tar-stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { readArchive } from '#stint/tools/builtin/files/archive';
import { globMatcher } from '#stint/tools/builtin/files/glob';
import { writeZip } from './example-files.js';
import { workshop } from './workshop.js';

const shop = workshop();
const at = (...names: string[]) => join(shop.directory, ...names);

beforeAll(async () => {
  await mkdir(at('tree/a/b'), { recursive: true });
  await writeFile(at('tree/one.ts'), 'const x = 1;\nTODO: y\n');
  await writeFile(at('tree/a/two.js'), 'todo\r\n');
  await writeFile(at('tree/a/b/three.bin'), Buffer.from([0, 255, 84, 79]));
  await symlink('/etc', at('tree/out'));
});

describe('file.read, file.write, file.list, file.stat', () => {
  it('read parts, and no half of a character', async () => {
    await writeFile(at('u.txt'), 'aé€😀');
    const parts: string[] = [];
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const part: { content: string; next?: number } = await shop.call('file.read', {
        path: 'u.txt',
        offset,
        length: 4,
      });
      parts.push(part.content);
      offset = part.next;
    }
    expect(parts).toEqual(['aé', '€', '😀']);
    expect(await shop.failure('file.read', { path: 'u.txt', offset: 2 })).toMatch(
      /TOOL_INPUT encoding: .*at 2; ask for base64/,
    );
    expect(await shop.call('file.read', { path: 'u.txt', offset: 100 })).toEqual({
      content: '',
      size: 10,
      truncated: false,
    });
    const bytes = await shop.call('file.read', { path: 'tree/a/b/three.bin', encoding: 'base64' });
    expect(bytes).toMatchObject({ content: 'AP9UTw==' });
    expect(await shop.failure('file.read', { path: 'tree/a/b/three.bin' })).toMatch(
      /TOOL_INPUT encoding: .*ask for base64/,
    );
  });

  it('read a part of a file that is larger than what a call may hold', async () => {
    await writeFile(at('large.txt'), 'x'.repeat(3_000_000));
    const policy = { ...shop.policy, limits: { memory: '1mb' } } as const;
    expect(await shop.call('file.read', { path: 'large.txt', offset: 2_999_999 }, policy)).toMatchObject({
      content: 'x',
      truncated: false,
    });
  });

  it('are refused where nothing is permitted with what would permit all that they do', async () => {
    await writeFile(at('seen.txt'), '{}');
    const policy = { ...shop.policy, files: { read: [at('seen.txt')] } };
    for (const [name, input] of [
      ['file.write', { path: 'new.txt', content: 'x' }],
      ['file.copy', { from: 'seen.txt', to: 'new.txt' }],
      ['file.convert', { path: 'seen.txt', destination: 'new.yaml', from: 'json', to: 'yaml' }],
    ] as const) {
      expect(await shop.failure(name, input, policy)).toMatch(/PERMISSION_DENIED .* to policy\.files\.write$/);
    }
  });

  it('write anew, in place, and at the end', async () => {
    await shop.call('file.write', { path: 'w.txt', content: 'a' });
    expect(await shop.failure('file.write', { path: 'w.txt', content: 'b' })).toMatch(
      /TOOL_FAILED there is 'w.txt' already/,
    );
    await shop.call('file.write', { path: 'w.txt', content: 'b', mode: 'replace' });
    await shop.call('file.write', { path: 'w.txt', content: 'c', mode: 'append' });
    expect(readFileSync(at('w.txt'), 'utf8')).toBe('bc');
  });

  it('list what is there, links too, without following them', async () => {
    expect(await shop.call('file.list', { path: 'tree', depth: 9 })).toEqual({
      entries: [
        { path: 'a', kind: 'directory' },
        { path: 'a/b', kind: 'directory' },
        { path: 'a/b/three.bin', kind: 'file' },
        { path: 'a/two.js', kind: 'file' },
        { path: 'one.ts', kind: 'file' },
        { path: 'out', kind: 'link' },
      ],
      truncated: false,
    });
    expect(await shop.call('file.list', { path: 'tree', limit: 1 })).toMatchObject({ truncated: true });
    expect(await shop.call('file.stat', { path: 'tree/out' })).toMatchObject({ exists: true, kind: 'link' });
  });

  it.each([
    ['file.read', { path: '/etc/passwd' }],
    ['file.read', { path: '../x' }],
    ['file.read', { path: 'tree/out/passwd' }],
    ['file.write', { path: 'tree/out/x', content: '' }],
    ['file.list', { path: 'tree/out' }],
    ['file.remove', { path: '/etc/hostname' }],
    ['file.remove', { path: '.', recursive: true }],
    ['file.move', { from: 'u.txt', to: '/tmp/stint-escape' }],
    ['file.copy', { from: '/etc/passwd', to: 'x' }],
    ['directory.create', { path: '../x' }],
    ['file.search', { path: '/etc' }],
    ['file.hash', { path: '/etc/passwd' }],
    ['file.watch', { path: '/etc' }],
    ['file.convert', { path: '/etc/passwd', from: 'csv', destination: 'x.json' }],
    ['archive.create', { directory: '/etc', path: 'x.zip' }],
  ])('%s does not leave the roots: %j', async (name, input) => {
    expect(await shop.failure(name, input)).toMatch(/^PERMISSION_DENIED/);
  });

  it.each([
    ['file.read', { path: 'tree' }, /TOOL_FAILED .*directory/],
    ['file.read', { path: 'nothing' }, /TOOL_FAILED .*(no such|there is no)/i],
    ['file.read', { path: 'a\0b' }, /TOOL_INPUT|INVALID_ARGUMENT|TOOL_FAILED|PERMISSION_DENIED/],
    ['file.write', { path: 'x', content: '!', encoding: 'base64' }, /TOOL_INPUT content: it is not Base64/],
    ['file.remove', { path: 'tree' }, /TOOL_FAILED .*empty/],
    ['file.move', { from: 'u.txt', to: 'w.txt' }, /TOOL_FAILED there is 'w.txt' already/],
    [
      'file.move',
      { from: 'tree/a/b', to: 'tree', replace: true },
      /TOOL_FAILED cannot move 'tree\/a\/b' to 'tree': there is a directory that is not empty$/,
    ],
    [
      'file.move',
      { from: 'u.txt', to: 'tree', replace: true },
      /TOOL_FAILED cannot move 'u.txt' to 'tree': there is a directory$/,
    ],
    [
      'file.move',
      { from: 'tree', to: 'tree/new' },
      /TOOL_INPUT cannot move 'tree' to 'tree\/new': that is in 'tree' itself/,
    ],
    ['file.copy', { from: 'u.txt', to: 'tree', replace: true }, /TOOL_FAILED cannot write 'tree': it is a directory$/],
    ['file.copy', { from: 'tree', to: 'x' }, /TOOL_FAILED 'tree' is a directory/],
    ['file.copy', { from: 'nothing', to: 'y' }, /TOOL_FAILED/],
    ['directory.create', { path: 'u.txt' }, /TOOL_FAILED/],
    ['file.hash', { path: 'tree' }, /TOOL_FAILED/],
  ])('%s refuses %j', async (name, input, message) => {
    expect(await shop.failure(name, input)).toMatch(message);
    expect((await readdir(shop.directory)).filter((file) => file.endsWith('.part'))).toEqual([]);
  });
});

describe('file.search', () => {
  it('finds by path and by line', async () => {
    expect(await shop.call('file.search', { path: 'tree', glob: '**/*.{ts,js}' })).toMatchObject({
      files: ['a/two.js', 'one.ts'],
    });
    expect(await shop.call('file.search', { path: 'tree', pattern: '^todo', ignoreCase: true })).toEqual({
      files: ['a/two.js', 'one.ts'],
      lines: [
        { path: 'a/two.js', line: 1, text: 'todo' },
        { path: 'one.ts', line: 2, text: 'TODO: y' },
      ],
      skipped: ['a/b/three.bin'],
      truncated: false,
    });
    expect(await shop.call('file.search', { path: 'tree', contains: 'x = 1;' })).toMatchObject({ files: ['one.ts'] });
  });

  it('ends an expression that would take for ever', async () => {
    await writeFile(at('tree/evil.txt'), `${'a'.repeat(50)}!`);
    const call = shop.registry.call(
      'file.search',
      { path: 'tree', pattern: '^(a+)+$', glob: 'evil.txt' },
      { policy: shop.policy, timeout: 300 },
    );
    await expect(call).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it.each([
    [{ path: 'tree', pattern: '(' }, /TOOL_INPUT pattern/],
    [{ path: 'tree', glob: '{a,b}'.repeat(10) }, /TOOL_INPUT glob: it stands for more than 100 patterns/],
    [{ path: 'u.txt' }, /TOOL_FAILED/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('file.search', input)).toMatch(message);
  });
});

describe('a glob', () => {
  it.each([
    ['*.ts', 'a/b.ts', true],
    ['src/*.ts', 'src/a/b.ts', false],
    ['src/**/*.ts', 'src/b.ts', true],
    ['src/**', 'src/a/b', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['**/a/**/b', 'x/a/y/a/z/b', true],
    ['{a,b}/c', 'b/c', true],
    ['[a]', 'a', false],
  ])('%s and %s: %s', (pattern, path, fits) => {
    expect(globMatcher(pattern)(path)).toBe(fits);
  });

  it('is matched in no time, however hostile', () => {
    expect(globMatcher(`${'*a'.repeat(200)}b`)('a'.repeat(5000))).toBe(false);
    expect(globMatcher(`${'**/a/'.repeat(90)}b`)(`${'a/'.repeat(2000)}c`)).toBe(false);
  });
});

describe('file.watch', () => {
  it('streams changes as they come, and ends when there are enough', async () => {
    await writeFile(at('watched.txt'), '');
    const parts: unknown[] = [];
    const write = setInterval(() => appendFileSync(at('watched.txt'), 'x'), 20);
    try {
      const result = await shop.registry.call(
        'file.watch',
        { path: 'watched.txt', seconds: 20, changes: 2 },
        { policy: shop.policy, onPart: (part) => void parts.push(part) },
      );
      expect(result).toEqual({
        changes: [
          { kind: 'change', name: '' },
          { kind: 'change', name: '' },
        ],
      });
      expect(parts).toEqual((result as { changes: unknown[] }).changes);
    } finally {
      clearInterval(write);
    }
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    const call = shop.registry.call('file.watch', { path: 'tree' }, { policy: shop.policy, signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

/** A ZIP file of one entry whose name a well-behaved program would not write. */
async function hostileZip(name: string, content = 'x'): Promise<void> {
  const placeholder = 'p'.repeat(name.length);
  await writeZip(at('hostile.zip'), { [placeholder]: content });
  const bytes = (await readFile(at('hostile.zip'))).toString('latin1').replaceAll(placeholder, name);
  await writeFile(at('hostile.zip'), Buffer.from(bytes, 'latin1'));
}

async function hostileTar(header: tar.Headers, content = ''): Promise<void> {
  const pack = tar.pack();
  if (header.type === undefined || header.type === 'file') pack.entry(header, content);
  else pack.entry(header);
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  await writeFile(at('hostile.tar'), Buffer.concat(chunks));
}

describe('what cannot be read', () => {
  it('is told, and all the rest is found', async () => {
    await mkdir(at('mixed/z'), { recursive: true });
    for (const name of ['mixed/a.txt', 'mixed/z/b.txt']) await writeFile(at(name), 'found\n');
    await writeFile(at('mixed/large.txt'), 'found\n'.repeat(20_000));
    // No Unicode: nobody can say these names.
    const foreign = (name: string) => Buffer.from(at('mixed', name), 'latin1');
    await mkdir(foreign('d\xff'));
    await writeFile(foreign('f\xff.txt'), 'found\n');
    const policy = { ...shop.policy, limits: { memory: '64kb' as const } };
    const found = await shop.call<{ files: string[]; skipped: string[] }>(
      'file.search',
      { path: 'mixed', contains: 'found' },
      policy,
    );
    expect(found.files).toEqual(['a.txt', 'z/b.txt']);
    expect(found.skipped).toEqual(['d\ufffd', 'f\ufffd.txt', 'large.txt']);
    expect(await shop.call('file.list', { path: 'mixed', depth: 3 })).toMatchObject({
      entries: expect.arrayContaining([{ path: 'z/b.txt', kind: 'file' }]),
      unreadable: ['d\ufffd'],
    });
    expect(await shop.failure('archive.create', { directory: 'mixed', path: 'mixed.zip' })).toMatch(/TOOL_FAILED/);
  });
});

describe('a file that is written', () => {
  it('may have the longest name that there can be', async () => {
    for (const name of [`${'漢'.repeat(84)}abc`, `${'n'.repeat(251)}.txt`]) {
      await shop.call('file.write', { path: name, content: 'x' });
      await shop.call('file.copy', { from: name, to: `tree/${name}` });
      expect(readFileSync(at('tree', name), 'utf8')).toBe('x');
      await shop.call('file.remove', { path: `tree/${name}` });
    }
  });

  it.each([
    ['file.write', (n: number) => ({ path: 'first', content: `${n}` })],
    ['file.copy', (n: number) => ({ from: `from-${n}`, to: 'first' })],
    ['file.move', (n: number) => ({ from: `from-${n}`, to: 'first' })],
    ['file.convert', (n: number) => ({ path: `from-${n}`, destination: 'first', from: 'json', to: 'yaml' })],
  ])('goes to the first who asks, where it is not to replace anything (%s)', async (tool, input) => {
    const numbers = [1, 2, 3, 4, 5, 6];
    for (const n of numbers) await writeFile(at(`from-${n}`), `${n}`);
    const settled = await Promise.allSettled(numbers.map((n) => shop.call(tool, input(n))));
    const winner = settled.findIndex(({ status }) => status === 'fulfilled') + 1;
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(readFileSync(at('first'), 'utf8').trim()).toBe(`${winner}`);
    const left = numbers.filter((n) => existsSync(at(`from-${n}`)));
    expect(left).toEqual(tool === 'file.move' ? numbers.filter((n) => n !== winner) : numbers);
    const reasons = settled.flatMap((one) => (one.status === 'rejected' ? [String(one.reason.message)] : []));
    for (const reason of reasons) expect(reason).toMatch(/there is .*already/);
    await shop.call('file.remove', { path: 'first' });
  });

  it('is whole, however many write it at once', async () => {
    const letters = ['a', 'b', 'c', 'd', 'e', 'f'];
    await Promise.all(letters.map((letter) => writeFile(at(`${letter}.part-of`), letter.repeat(500_000))));
    const copies = letters.map((letter) =>
      shop.call('file.copy', { from: `${letter}.part-of`, to: 'goal', replace: true }),
    );
    expect(await Promise.all(copies)).toEqual(letters.map(() => ({ bytes: 500_000 })));
    const goal = readFileSync(at('goal'), 'utf8');
    expect(goal).toBe(goal.charAt(0).repeat(500_000));
    expect((await readdir(shop.directory)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe('archives', () => {
  it.each(['zip', 'tgz'] as const)(
    'are unpacked piece by piece, however large a file in them is (%s)',
    async (kind) => {
      await mkdir(at('large'), { recursive: true });
      await writeFile(at('large/zeros'), Buffer.alloc(10_000_000));
      await shop.call('archive.create', { directory: 'large', path: `large.${kind}` });
      const pieces: number[] = [];
      for await (const entry of readArchive(readFileSync(at(`large.${kind}`)), kind, { entries: 1, bytes: 1e8 })) {
        for await (const piece of entry.content()) pieces.push(piece.length);
      }
      expect(pieces.reduce((sum, piece) => sum + piece, 0)).toBe(10_000_000);
      expect(Math.max(...pieces)).toBeLessThan(1_000_000);
    },
  );

  it('do not pack the old archive in whose place they come', async () => {
    await mkdir(at('backed-up'));
    await writeFile(at('backed-up/x'), 'x');
    const input = { directory: 'backed-up', path: 'backed-up/all.tar', replace: true };
    for (let i = 0; i < 2; i += 1) expect(await shop.call('archive.create', input)).toMatchObject({ files: ['x'] });
  });

  it.each(['packed.zip', 'packed.tar', 'packed.tgz'])('give back what was packed into %s', async (path) => {
    expect(await shop.call('archive.create', { directory: 'tree/a', path })).toMatchObject({
      files: ['b/three.bin', 'two.js'],
    });
    const destination = path.replace('.', '-');
    expect(await shop.call('archive.extract', { path, destination })).toEqual({
      files: ['b/three.bin', 'two.js'],
      bytes: 10,
    });
    expect(readFileSync(at(destination, 'b/three.bin'))).toEqual(readFileSync(at('tree/a/b/three.bin')));
    expect(await shop.failure('archive.extract', { path, destination })).toMatch(/TOOL_FAILED there is '.*' already/);
    expect(await shop.call('archive.list', { path })).toMatchObject({
      entries: [
        { path: 'b/three.bin', size: 4 },
        { path: 'two.js', size: 6 },
      ],
    });
  });

  it.each(['../evil', 'a/../../evil', '/tmp/evil', 'a\\..\\evil', 'C:/evil'])(
    'write nothing of a ZIP file with an entry %s',
    async (name) => {
      await hostileZip(name);
      expect(await shop.failure('archive.extract', { path: 'hostile.zip', destination: 'hostile' })).toMatch(
        /^TOOL_FAILED/,
      );
      expect(existsSync(at('hostile'))).toBe(false);
      expect(existsSync(at('evil'))).toBe(false);
    },
  );

  it.each<tar.Headers>([
    { name: '../evil' },
    { name: '/tmp/evil' },
    { name: 'link', type: 'symlink', linkname: '/etc/passwd' },
    { name: 'link', type: 'link', linkname: '../../etc/passwd' },
    { name: 'pipe', type: 'fifo' },
    { name: 'device', type: 'character-device' },
  ])('write nothing of a tar file with %j', async (header) => {
    await hostileTar(header, 'x');
    expect(await shop.failure('archive.extract', { path: 'hostile.tar', destination: 'hostile' })).toMatch(
      /^TOOL_FAILED the archive/,
    );
    expect(existsSync(at('hostile'))).toBe(false);
  });

  it('do not write through a link that is there already', async () => {
    await mkdir(at('linked'), { recursive: true });
    await symlink('/tmp', at('linked/out'));
    await hostileZip('out/stint-escape');
    expect(await shop.failure('archive.extract', { path: 'hostile.zip', destination: 'linked' })).toMatch(
      /^PERMISSION_DENIED/,
    );
    expect(existsSync('/tmp/stint-escape')).toBe(false);
  });

  it('unpack no more than they are told', async () => {
    await writeZip(at('bomb.zip'), { 'a.txt': '0'.repeat(5_000_000) });
    expect(
      await shop.failure('archive.extract', { path: 'bomb.zip', destination: 'bomb', maxBytes: 1_000_000 }),
    ).toMatch(/TOOL_FAILED .*more than 1000000 bytes/);
    await writeFile(at('bomb.tgz'), gzipSync(Buffer.alloc(100_000_000)));
    expect(await shop.failure('archive.list', { path: 'bomb.tgz', maxBytes: 1_000_000 })).toMatch(/^TOOL_FAILED/);
    expect(
      await shop.failure('archive.extract', { path: 'bomb.tgz', destination: 'bomb', maxBytes: 1_000_000 }),
    ).toMatch(/^TOOL_FAILED/);
    expect(existsSync(at('bomb/a.txt'))).toBe(false);
  });

  it('believe no size that a ZIP file says', async () => {
    await writeZip(at('liar.zip'), { 'a.txt': '0'.repeat(3_000_000) });
    const bytes = await readFile(at('liar.zip'));
    const directory = bytes.indexOf(Buffer.from('PK\x01\x02'));
    bytes.writeUInt32LE(10, directory + 24);
    await writeFile(at('liar.zip'), bytes);
    expect(await shop.failure('archive.extract', { path: 'liar.zip', destination: 'liar', maxBytes: 100 })).toMatch(
      /TOOL_FAILED .*(too many bytes|more than)/,
    );
  });

  it.each([
    ['archive.list', { path: 'u.txt' }, /TOOL_INPUT format: the name 'u.txt' does not say it/],
    ['archive.list', { path: 'u.txt', format: 'zip' }, /TOOL_FAILED the archive cannot be read/],
    ['archive.list', { path: 'u.txt', format: 'tgz' }, /TOOL_FAILED the archive cannot be read/],
    ['archive.list', { path: 'nothing.zip' }, /TOOL_FAILED/],
    ['archive.create', { directory: 'tree', path: 'u.txt', format: 'zip' }, /TOOL_FAILED there is 'u.txt' already/],
    [
      'archive.create',
      { directory: 'tree', path: 'few.zip', maxEntries: 1 },
      /TOOL_FAILED there are more than 1 files/,
    ],
  ])('%s refuses %j', async (name, input, message) => {
    expect(await shop.failure(name, input)).toMatch(message);
  });
});

describe('file.convert', () => {
  it('converts by the names of the files', async () => {
    await writeFile(at('a.csv'), 'a,b\n1,2\n');
    await shop.call('file.convert', { path: 'a.csv', destination: 'a.json' });
    expect(JSON.parse(readFileSync(at('a.json'), 'utf8'))).toEqual([{ a: 1, b: 2 }]);
  });

  it.each([
    [{ path: 'u.txt', destination: 'x.json' }, /TOOL_INPUT from: the name 'u.txt' does not say a format/],
    [{ path: 'a.csv', destination: 'a.json' }, /TOOL_FAILED there is 'a.json' already/],
    [{ path: 'tree/a/b/three.bin', from: 'json', destination: 'x.yaml' }, /TOOL_INPUT path: .*no UTF-8/],
  ])('refuses %j', async (input, message) => {
    expect(await shop.failure('file.convert', input)).toMatch(message);
  });
});
