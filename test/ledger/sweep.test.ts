import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encode } from '#stint/ledger/envelope';
import { openLedger, SharedMemory, sweep } from '#stint/ledger/index';
import { inspect } from '#stint/ledger/inspect';
import { createScratch } from '#stint/ledger/scratch';
import { leftIn, type MadeOwner, makeDeadOwner, present, quarantined, temporaryFolder } from './support.js';

const warnings: string[] = [];
const note = (warning: Error) => warnings.push(warning.message);
beforeEach(() => {
  warnings.length = 0;
  process.on('warning', note);
});
afterEach(() => {
  process.off('warning', note);
});

/** Makes what the records of an owner tell of. */
function makeThings(owner: MadeOwner, folder: string) {
  const held = { id: owner.id, segment: owner.token(1), scratch: join(folder, owner.token(2)) };
  writeFileSync(join('/dev/shm', held.segment), 'x');
  mkdirSync(held.scratch);
  writeFileSync(join(held.scratch, 'file'), '');
  return held;
}

describe('a sweep', () => {
  it('reclaims what a dead owner left, and its folder', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    const held = makeThings(owner, directory);
    await owner.record(1, 'segment', { name: held.segment, bytes: 1 });
    await owner.record(2, 'scratch', { path: held.scratch });
    writeFileSync(join(owner.folder, '3.scratch.tmp'), 'stint-led');
    const report = await sweep({ directory });
    expect(report).toMatchObject({ living: [], kept: [], quarantined: [] });
    expect(report.reclaimed.map(({ kind }) => kind).sort()).toEqual(['scratch', 'segment']);
    expect(report.reclaimed[0]).toMatchObject({ owner: owner.id, pid: process.pid });
    expect([present(held), leftIn(directory)]).toEqual([[], []]);
    expect(warnings).toEqual([]);
  });

  it('touches nothing of an owner that lives (1)', async () => {
    const directory = temporaryFolder();
    await using ledger = await openLedger({ directory });
    await using memory = await SharedMemory.create(4096, { ledger });
    const scratch = await createScratch(ledger, directory);
    writeFileSync(join(directory, 'v1', ledger.id, '9.segment'), 'torn');
    const report = await sweep({ directory });
    expect(report).toEqual({ living: [ledger.id], reclaimed: [], kept: [], quarantined: [] });
    expect(present({ id: '', segment: memory.name, scratch: scratch.path })).toEqual(['segment', 'scratch']);
    renameSync(join(directory, 'v1', ledger.id, '9.segment'), join(directory, 'torn'));
  });

  it('finds the rest when it was interrupted between a thing and its record (2)', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    await owner.record(1, 'segment', { name: owner.token(1), bytes: 1 });
    await owner.record(2, 'scratch', { path: join(directory, owner.token(2)) });
    expect(await sweep({ directory })).toEqual({ living: [], reclaimed: [], kept: [], quarantined: [] });
    expect(leftIn(directory)).toEqual([]);
  });

  it('leaves nothing of owners that come and go meanwhile to be told of (4)', async () => {
    const directory = temporaryFolder();
    let going = true;
    const owners = Promise.all(
      Array.from({ length: 3 }, async () => {
        for (let i = 0; i < 20; i += 1) {
          const ledger = await openLedger({ directory });
          await createScratch(ledger, directory);
          await ledger.close();
        }
      }),
    ).finally(() => {
      going = false;
    });
    const kept: unknown[] = [];
    while (going)
      for (const report of await Promise.all([sweep({ directory }), sweep({ directory })])) kept.push(...report.kept);
    await owners;
    expect(kept).toEqual([]);
  });

  it('takes away what is deeper than a path can be', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    const path = join(directory, owner.token(1));
    mkdirSync(path);
    await owner.record(1, 'scratch', { path });
    // Nobody makes that in one step.
    const code = `
      const { mkdirSync, writeFileSync } = require('node:fs');
      for (let i = 0; i < 40; i += 1) {
        for (const name of ['other', 'd'.repeat(120)]) mkdirSync(name);
        process.chdir('d'.repeat(120));
      }
      writeFileSync('file', '');`;
    expect(spawnSync(process.execPath, ['--eval', code], { cwd: path }).status).toBe(0);
    expect((await sweep({ directory })).reclaimed).toHaveLength(1);
    expect([existsSync(path), leftIn(directory)]).toEqual([false, []]);
  });

  it('may run many times at once (4)', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    const paths = Array.from({ length: 40 }, (_, index) => join(directory, owner.token(index + 1)));
    for (const [index, path] of paths.entries()) {
      mkdirSync(join(path, 'deep'), { recursive: true });
      await owner.record(index + 1, 'scratch', { path });
    }
    const reports = await Promise.all(Array.from({ length: 8 }, () => sweep({ directory })));
    await sweep({ directory });
    expect(paths.filter((path) => existsSync(path))).toEqual([]);
    expect(reports.flatMap(({ quarantined }) => quarantined)).toEqual([]);
    expect(leftIn(directory)).toEqual([]);
  });

  it('takes away the folder of an owner that died when it was being made, after a while', async () => {
    const directory = temporaryFolder();
    await sweep({ directory });
    const staged = join(directory, 'v1', '.new-aaaaaaaaaaaaaaaa');
    mkdirSync(staged);
    await sweep({ directory });
    expect(existsSync(staged)).toBe(true);
    utimesSync(staged, new Date(), new Date(Date.now() - 120_000));
    await sweep({ directory });
    expect(existsSync(staged)).toBe(false);
  });
});

describe('a record that cannot be believed (3)', () => {
  /** What is written as a record, and what the warning says. */
  const CASES: [string, string, (token: string, folder: string) => Uint8Array | string, RegExp][] = [
    [
      'is torn',
      '1.segment',
      (token) => encode({ kind: 'segment', name: token, bytes: 1, token }).subarray(0, 60),
      /torn/,
    ],
    ['is empty', '1.segment', () => '', /torn/],
    ['is no record', '1.segment', () => 'hello\n', /torn, or no record/],
    [
      'is of a later version',
      '1.segment',
      () => 'stint-ledger 2 0123456789abcdef0123456789abcdef\n{}\n',
      /later version/,
    ],
    ['is of an unknown kind', '1.cgroup', (token) => encode({ kind: 'cgroup', token }), /does not know/],
    [
      'has a name of another kind',
      '1.scratch',
      (token) => encode({ kind: 'segment', name: token, bytes: 1, token }),
      /not of the kind/,
    ],
    [
      'has a name that is none',
      'segment',
      (token) => encode({ kind: 'segment', name: token, bytes: 1, token }),
      /called that/,
    ],
    [
      'is of another owner',
      '1.segment',
      () => encode({ kind: 'segment', name: 'VICTIM', bytes: 1, token: 'VICTIM' }),
      /not of this owner/,
    ],
    [
      'names a segment of another owner',
      '1.segment',
      (token) => encode({ kind: 'segment', name: 'VICTIM', bytes: 1, token }),
      /name/,
    ],
    [
      'names a directory of somebody',
      '1.scratch',
      (token, folder) => encode({ kind: 'scratch', path: join(folder, 'victim'), token }),
      /name/,
    ],
    [
      'climbs',
      '1.scratch',
      (token, folder) => encode({ kind: 'scratch', path: `${folder}/victim/../${token}`, token }),
      /not absolute and plain/,
    ],
    ['is relative', '1.scratch', (token) => encode({ kind: 'scratch', path: token, token }), /not absolute and plain/],
    [
      'names the first process',
      '1.process',
      (token) => encode({ kind: 'process', command: 'x', pid: 1, startedAt: '1', token }),
      /pid/,
    ],
    [
      'names a group of processes',
      '1.process',
      (token) => encode({ kind: 'process', command: 'x', pid: -7, startedAt: '1', token }),
      /pid/,
    ],
    [
      'names a process by its pid alone',
      '1.process',
      (token) => encode({ kind: 'process', command: 'x', pid: 4711, token }),
      /started/,
    ],
    [
      'names a file without its number',
      '1.pidfile',
      (token, folder) => encode({ kind: 'pidfile', path: join(folder, 'victim', 'file'), file: 'x', token }),
      /number/,
    ],
  ];

  it.each(CASES)('because it %s goes into quarantine, and nothing is reclaimed', async (_, file, content, says) => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    const victim = join(directory, 'victim');
    mkdirSync(victim);
    writeFileSync(join(victim, 'file'), '');
    writeFileSync(join(owner.folder, file), content(owner.token(1), directory), { mode: 0o600 });
    const report = await sweep({ directory });
    expect(report.reclaimed).toEqual([]);
    expect(report.quarantined).toEqual([
      expect.objectContaining({ owner: owner.id, reason: expect.stringMatching(says) }),
    ]);
    expect(existsSync(join(victim, 'file'))).toBe(true);
    expect(quarantined(directory)).toEqual([`${owner.id}.${file}`]);
    await expect.poll(() => warnings).toEqual([expect.stringMatching(/puts into quarantine .*See stint doctor/)]);
    expect(leftIn(directory)).toEqual([]);
  });

  it('goes there whatever it is: a symbolic link, a directory, a pipe', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    writeFileSync(
      join(directory, 'victim'),
      encode({ kind: 'scratch', path: join(directory, owner.token(1)), token: owner.token(1) }),
    );
    mkdirSync(join(directory, owner.token(1)));
    symlinkSync(join(directory, 'victim'), join(owner.folder, '1.scratch'));
    mkdirSync(join(owner.folder, '2.scratch'));
    const { execFileSync } = await import('node:child_process');
    execFileSync('mkfifo', [join(owner.folder, '3.scratch')]);
    const report = await sweep({ directory });
    expect(report.quarantined.map(({ reason }) => reason).sort()).toEqual([
      'it cannot be read (ELOOP)',
      'it is no file',
      'it is no file',
    ]);
    expect(existsSync(join(directory, owner.token(1)))).toBe(true);
    expect(existsSync(join(directory, 'victim'))).toBe(true);
  });

  it('stays in its place when the quarantine is full', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    for (let index = 0; index < 1000; index++) writeFileSync(join(directory, 'v1', 'quarantine', String(index)), '');
    writeFileSync(join(owner.folder, '1.segment'), 'torn');
    expect((await sweep({ directory })).kept).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('1000 files') }),
    ]);
    expect(readdirSync(owner.folder)).toContain('1.segment');
  });

  it('stays in its place, and is told of, beside the owners and where nothing proves that the owner is dead', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    for (const name of ['alive', 'owner']) rmSync(join(owner.folder, name));
    writeFileSync(join(owner.folder, '1.segment'), 'torn');
    writeFileSync(join(directory, 'v1', 'what'), '');
    for (let again = 0; again < 2; again++) {
      const { kept, quarantined: taken } = await sweep({ directory });
      expect(kept.map(({ what, reason }) => [what, reason])).toEqual([
        [join(directory, 'v1', 'what'), 'it is nothing of the ledger'],
        [owner.folder, 'nothing proves that its owner is dead'],
      ]);
      expect(taken).toEqual([]);
    }
    expect((await inspect({ directory })).map(({ state }) => state)).toEqual(['doubtful', 'doubtful']);
  });

  it('is listed by an inspection, which changes nothing', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    await owner.record(1, 'scratch', { path: join(directory, owner.token(1)) });
    writeFileSync(join(owner.folder, '2.segment'), 'torn');
    mkdirSync(join(directory, 'v1', 'what'));
    const states = (await inspect({ directory })).map(({ state }) => state).sort();
    expect(states).toEqual(['doubtful', 'doubtful', 'orphaned']);
    expect(readdirSync(owner.folder).sort()).toEqual(['1.scratch', '2.segment', 'alive', 'owner']);
  });
});

describe('a thing that a record names', () => {
  it('stays if it is not what it should be', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    const file = join(directory, 'file');
    writeFileSync(file, 'mine');
    writeFileSync(join(directory, owner.token(1)), 'a file, not a directory');
    symlinkSync(file, join(directory, owner.token(3)));
    await owner.record(1, 'scratch', { path: join(directory, owner.token(1)) });
    await owner.record(2, 'socket', { path: file });
    await owner.record(3, 'scratch', { path: join(directory, owner.token(3)) });
    await owner.record(4, 'pidfile', { path: file, file: '1:1' });
    const { reclaimed, kept } = await sweep({ directory });
    expect(reclaimed).toEqual([]);
    expect(kept.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('is no directory'),
      expect.stringContaining('is no directory'),
    ]);
    expect(existsSync(file)).toBe(true);
  });

  it('stays if a directory on the way to it has become a symbolic link', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    mkdirSync(join(directory, 'real', owner.token(1)), { recursive: true });
    symlinkSync(join(directory, 'real'), join(directory, 'way'));
    await owner.record(1, 'scratch', { path: join(directory, 'way', owner.token(1)) });
    expect((await sweep({ directory })).kept).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('symbolic link') }),
    ]);
    expect(existsSync(join(directory, 'real', owner.token(1)))).toBe(true);
  });

  it('goes without what its symbolic links point to, and although it has closed directories', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    const scratch = join(directory, owner.token(1));
    mkdirSync(join(directory, 'mine'));
    writeFileSync(join(directory, 'mine', 'file'), '');
    mkdirSync(join(scratch, 'closed', 'deep'), { recursive: true });
    writeFileSync(join(scratch, 'closed', 'file'), '');
    symlinkSync(join(directory, 'mine'), join(scratch, 'link'));
    const { chmodSync } = await import('node:fs');
    chmodSync(join(scratch, 'closed'), 0);
    await owner.record(1, 'scratch', { path: scratch });
    expect((await sweep({ directory })).reclaimed).toHaveLength(1);
    expect(existsSync(scratch)).toBe(false);
    expect(existsSync(join(directory, 'mine', 'file'))).toBe(true);
  });

  it.runIf(process.geteuid?.() === 0)('stays if it is of another user', async () => {
    const { chownSync } = await import('node:fs');
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    const scratch = join(directory, owner.token(1));
    mkdirSync(scratch);
    chownSync(scratch, 4711, 4711);
    await owner.record(1, 'scratch', { path: scratch });
    const foreign = await owner.record(2, 'scratch', { path: join(directory, owner.token(2)) });
    mkdirSync(join(directory, owner.token(2)));
    chownSync(foreign, 4711, 4711);
    const report = await sweep({ directory });
    expect(report.reclaimed).toEqual([]);
    expect(report.kept).toEqual([expect.objectContaining({ reason: expect.stringContaining('another user') })]);
    expect(report.quarantined).toEqual([expect.objectContaining({ reason: 'it belongs to another user' })]);
    expect(existsSync(scratch) && existsSync(join(directory, owner.token(2)))).toBe(true);
  });
});
