import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PolicyOptions, ToolContext } from '#stint/tools/index';
import { refusalWithin, within } from './calling.js';

let top: string;
let root: string;
let outside: string;
let policy: PolicyOptions;

beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'stint-files-')));
  root = join(top, 'root');
  outside = join(top, 'outside');
  mkdirSync(join(root, 'sub'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(root, 'a.txt'), 'in the root');
  writeFileSync(join(outside, 'secret.txt'), 'classified');
  // A directory whose name only begins as the root's does.
  mkdirSync(join(top, 'root-2'));
  writeFileSync(join(top, 'root-2', 'secret.txt'), 'classified');
  policy = { directory: root, files: { write: ['.'] } };
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

describe('files below a root', () => {
  it('are read, written, appended to, listed, moved and removed', async () => {
    await within(policy, async ({ files }) => {
      expect(String(await files.read('a.txt'))).toBe('in the root');
      await files.makeDirectory('new/deep');
      await files.write('new/deep/b.txt', 'one');
      await files.append('new/deep/b.txt', ' two');
      await files.move('new/deep/b.txt', 'c.txt');
      expect(await files.stat('c.txt')).toMatchObject({ kind: 'file', size: 7 });
      expect(await files.stat('new/nothing')).toBeUndefined();
      expect((await files.list('.')).map(({ name }) => name).sort()).toEqual(['a.txt', 'c.txt', 'new', 'sub']);
      await files.remove('a.txt');
      await files.remove('new', { recursive: true });
      await files.remove('sub');
    });
    expect(readdirSync(root)).toEqual(['c.txt']);
    expect(readFileSync(join(root, 'c.txt'), 'utf8')).toBe('one two');
  });

  it('are streamed, and streams that are left open are closed with the call', async () => {
    const { result } = await within(policy, async ({ files }) => {
      await pipeline(await files.open('a.txt', 'read'), await files.open('copy.txt', 'write'));
      expect(await text(await files.open('copy.txt', 'read'))).toBe('in the root');
      return files.open('a.txt', 'read').then((stream) => [stream]);
    }).catch(() => ({ result: undefined }));
    // A stream is nothing that a call can return.
    expect(result).toBeUndefined();
    const open = readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return realpathSync(`/proc/self/fd/${fd}`);
      } catch {
        return [];
      }
    });
    expect(open.filter((path) => path.startsWith(top))).toEqual([]);
  });

  it('are watched until the loop is left', async () => {
    const { result } = await within(policy, async ({ files }) => {
      const changes = files.watch('.')[Symbol.asyncIterator]();
      const first = changes.next();
      // The watcher is there when the path has been looked up; until then nothing is seen.
      const poke = setInterval(() => writeFileSync(join(root, 'poked.txt'), String(Math.random())), 5);
      const { value } = await first;
      clearInterval(poke);
      await changes.return?.(undefined);
      return value?.name;
    });
    expect(result).toBe('poked.txt');
  });

  it('keep their permissions when they are written anew', async () => {
    chmodSync(join(root, 'a.txt'), 0o666);
    await within(policy, ({ files }) => files.write('a.txt', 'new'));
    expect(lstatSync(join(root, 'a.txt')).mode & 0o777).toBe(0o666);
  });

  it('are as they were when a write fails', async () => {
    const error = await refusalWithin(policy, ({ files }) => files.write('sub', 'x'));
    expect(error).toMatchObject({ code: 'TOOL_FAILED', message: "cannot write 'sub': it is a directory" });
    const circular = { toString: () => 'x' } as never;
    await refusalWithin(policy, ({ files }) => files.write('a.txt', circular));
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('in the root');
    expect(readdirSync(root).sort()).toEqual(['a.txt', 'sub']);
  });

  it('are open for reading only where the policy says so', async () => {
    const reading = { directory: root, files: { read: ['.'] } };
    expect((await within(reading, ({ files }) => files.read('a.txt').then(String))).result).toBe('in the root');
    const error = await refusalWithin(reading, ({ files }) => files.write('a.txt', 'x'));
    expect(error).toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(error.message).toContain(`add '${join(root, 'a.txt')}', or a directory above it, to policy.files.write`);
  });

  it('can be one file that is a root itself', async () => {
    const one = { files: { read: [join(root, 'a.txt')] } };
    await within(one, ({ files }) => files.read(join(root, 'a.txt')).then(String));
    expect(await refusalWithin(one, ({ files }) => files.list(root))).toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  it('are read as far as limits.memory goes', async () => {
    writeFileSync(join(root, 'big'), Buffer.alloc(100_000));
    const error = await refusalWithin({ ...policy, limits: { memory: 50_000 } }, ({ files }) => files.read('big'));
    expect(error).toMatchObject({ code: 'TOOL_FAILED' });
    expect(error.message).toContain('it has more than 50000 bytes');
    // Its size is 0 to the system.
    const proc = { files: { read: ['/proc/self/maps'] }, limits: { memory: 1000 } };
    expect((await refusalWithin(proc, ({ files }) => files.read('/proc/self/maps'))).message).toContain(
      'more than 1000',
    );
  });
});

describe('a path that leads outside', () => {
  const paths: [string, () => string][] = [
    ['by dots', () => '../outside/secret.txt'],
    ['by dots after a directory', () => 'sub/../../outside/secret.txt'],
    ['as an absolute path', () => join(outside, 'secret.txt')],
    ['to a name that begins as the root does', () => `${root}-2/secret.txt`],
    ['by a link to a file', () => link('link.txt', join(outside, 'secret.txt'))],
    ['by a link to a directory', () => join(link('dir', outside), 'secret.txt')],
    ['by a relative link', () => link('rel.txt', '../outside/secret.txt')],
    ['by a link to a link', () => join(link('two', link('one', outside)), 'secret.txt')],
    ['by a link back up', () => join(link('up', '..'), 'outside/secret.txt')],
    ['by the process', () => `/proc/self/root${join(outside, 'secret.txt')}`],
    ['by the working directory of the process', () => '/proc/self/cwd/package.json'],
    ['with too many dots', () => `${'../'.repeat(100)}etc/passwd`],
    ['with slashes twice', () => `${root}//..//outside//secret.txt`],
    ['in another case', () => join(outside.toUpperCase(), 'secret.txt')],
    ['to a file that is not there', () => join(outside, 'new.txt')],
  ];

  function link(name: string, to: string): string {
    symlinkSync(to, join(root, name));
    return name;
  }

  const deeds: [string, (context: ToolContext, path: string) => unknown][] = [
    ['read', ({ files }, path) => files.read(path)],
    ['write', ({ files }, path) => files.write(path, 'overwritten')],
    ['append', ({ files }, path) => files.append(path, 'overwritten')],
    ['list', ({ files }, path) => files.list(path)],
    ['open', ({ files }, path) => files.open(path, 'write')],
    ['makeDirectory', ({ files }, path) => files.makeDirectory(path)],
    ['move to', ({ files }, path) => files.move('a.txt', path)],
    ['resolve', ({ files }, path) => files.resolve(path, 'read')],
    ['watch', ({ files }, path) => files.watch(path)[Symbol.asyncIterator]().next()],
  ];

  it.each(paths)('%s is refused for whatever is to be done with it', async (_, path) => {
    const made = path();
    const before = snapshot();
    for (const [deed, act] of deeds) {
      // A move replaces a link.
      if (deed === 'move to' && /^(link|rel)\.txt/.test(made)) continue;
      const failures = await within(policy, (context) => Promise.resolve(act(context, made)).then(() => deed)).then(
        ({ result }) => ({ code: `${result} was possible` }),
        (error) => error,
      );
      expect(['PERMISSION_DENIED', 'TOOL_FAILED']).toContain(failures.code);
      expect(String(failures.message)).not.toContain('classified');
      if (failures.code === 'TOOL_FAILED') expect(made).not.toMatch(/^(\/|\.\.)/);
    }
    expect(snapshot()).toEqual(before);
  });

  function snapshot() {
    return ['outside', 'root-2'].map((name) =>
      readdirSync(join(top, name)).map((file) => [file, readFileSync(join(top, name, file), 'utf8')]),
    );
  }

  it('is refused with what would allow it, and the same whether it exists or not', async () => {
    const messages = await Promise.all(
      ['secret.txt', 'no-such.txt'].map(async (name) => {
        const { message } = await refusalWithin(policy, ({ files }) => files.read(`../outside/${name}`));
        return message.replaceAll(name, 'NAME');
      }),
    );
    expect(messages[0]).toBe(messages[1]);
    expect(messages[0]).toContain(`add '${join(outside, 'NAME')}', or a directory above it, to policy.files.read`);
  });

  it('is removed as the link that it is', async () => {
    link('gone', outside);
    await within(policy, async ({ files }) => {
      expect(await files.stat('gone')).toMatchObject({ kind: 'link' });
      await files.remove('gone', { recursive: true });
    });
    expect(existsSync(join(outside, 'secret.txt'))).toBe(true);
    expect(existsSync(join(root, 'gone'))).toBe(false);
  });

  it('is not followed where a directory with links in it is removed', async () => {
    symlinkSync(outside, join(root, 'sub', 'link'));
    await within(policy, ({ files }) => files.remove('sub', { recursive: true }));
    expect(readdirSync(outside)).toEqual(['secret.txt']);
  });

  it('is not made through a link that leads nowhere', async () => {
    link('dangling', join(outside, 'made.txt'));
    for (const [, act] of deeds.slice(0, 6)) await refusalWithin(policy, (context) => act(context, 'dangling'));
    expect(existsSync(join(outside, 'made.txt'))).toBe(false);
  });

  it('is replaced, not followed, by a move onto a link', async () => {
    link('link.txt', join(outside, 'secret.txt'));
    await within(policy, ({ files }) => files.move('a.txt', 'link.txt'));
    expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe('classified');
    expect(lstatSync(join(root, 'link.txt')).isFile()).toBe(true);
  });
});

describe('a path that is exchanged while it is checked', () => {
  it('never leads outside, however the race comes out', async () => {
    mkdirSync(join(root, 'swap'));
    writeFileSync(join(root, 'swap', 'secret.txt'), 'harmless');
    symlinkSync(outside, join(root, 'evil'));
    let stop = false;
    // The exchange goes on between any two steps of what the door does.
    const swapping = (async () => {
      for (let round = 0; !stop; round += 1) {
        for (let turn = 0; turn < round % 40; turn += 1) await new Promise(setImmediate);
        renameSync(join(root, 'swap'), join(root, 'kept'));
        renameSync(join(root, 'evil'), join(root, 'swap'));
        await new Promise(setImmediate);
        renameSync(join(root, 'swap'), join(root, 'evil'));
        renameSync(join(root, 'kept'), join(root, 'swap'));
        await new Promise(setImmediate);
      }
    })();
    const seen = new Set<string>();
    await within(policy, async ({ files }) => {
      for (let round = 0; round < 300; round += 1) {
        const attempts = [
          files.read('swap/secret.txt').then(String),
          files.append('swap/secret.txt', '').then(() => 'appended'),
          files.write(`swap/new-${round}.txt`, 'x').then(() => 'written'),
          files.list('swap').then((entries) => entries.map(({ name }) => name).join()),
        ];
        for (const attempt of await Promise.allSettled(attempts)) {
          seen.add(attempt.status === 'fulfilled' ? attempt.value : 'refused');
        }
      }
    });
    stop = true;
    await swapping;
    expect(seen).not.toContain('classified');
    expect(readdirSync(outside)).toEqual(['secret.txt']);
    expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe('classified');
    // Both happened, so that something was tried.
    expect(seen).toContain('refused');
    expect(seen).toContain('harmless');
  });
});

describe('what is no file', () => {
  it('does not hold a call up: a pipe, a device', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    for (const act of [
      ({ files }: ToolContext) => files.read('pipe'),
      ({ files }: ToolContext) => files.write('pipe', 'x'),
      ({ files }: ToolContext) => files.append('pipe', 'x'),
      ({ files }: ToolContext) => files.open('pipe', 'read'),
    ]) {
      expect(await refusalWithin(policy, act)).toMatchObject({ code: 'TOOL_FAILED' });
    }
    const zero = await refusalWithin({ files: { read: ['/dev'] } }, ({ files }) => files.read('/dev/zero'));
    expect(zero.message).toBe("cannot read '/dev/zero': it is no regular file");
  });

  it.each(['', 'a\0b', '\ud800', 'x'.repeat(5000), 5, undefined, { toString: () => 'a.txt' }])(
    'is no path: %j',
    async (path) => {
      const error = await refusalWithin(policy, ({ files }) => files.read(path as string));
      expect(error).toMatchObject({ code: 'TOOL_INPUT' });
    },
  );
});

describe('a scratch directory', () => {
  it('is open to the call, and gone with it', async () => {
    const { result } = await within({}, async ({ scratch, files }) => {
      const directory = await scratch();
      await files.write(join(directory, 'a'), 'x');
      expect(lstatSync(directory).mode & 0o777).toBe(0o700);
      expect(await scratch()).toBe(directory);
      return directory;
    });
    expect(existsSync(result)).toBe(false);
  });

  it('is of no use after the call', async () => {
    let late: ToolContext | undefined;
    const { result } = await within(policy, async (context) => {
      late = context;
      return context.scratch();
    });
    await expect(late?.files.read('a.txt')).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(late?.files.write(join(result, 'a'), 'x')).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(() => late?.environment('HOME')).toThrow(/has ended/);
  });
});
