import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { claimSocket, writePidfile } from '#stint/ledger/claimed-path';
import { inspect, openLedger } from '#stint/ledger/index';
import { createScratch } from '#stint/ledger/scratch';
import { isAlive } from '../processes.ts';
import { guardians, leftIn, quarantined, temporaryFolder } from './support.js';

describe('a ledger', () => {
  it('has recorded a thing, and a guardian watches, before the thing is made (1)', async () => {
    const directory = temporaryFolder();
    await using ledger = await openLedger({ directory });
    const path = (token: string) => join(directory, token);
    const seen = await ledger.acquire(
      (token) => ({ kind: 'scratch', path: path(token) }),
      async ({ token }) => ({
        records: readdirSync(join(directory, 'v1', ledger.id)).sort(),
        made: existsSync(path(token)),
        guardian: isAlive(ledger.guardianPid as number),
      }),
    );
    expect(seen).toEqual({ records: ['1.scratch', 'alive', 'owner'], made: false, guardian: true });
  });

  it('has nothing left when it is closed (4)', async () => {
    const directory = temporaryFolder();
    const ledger = await openLedger({ directory });
    const first = await createScratch(ledger, directory);
    const second = await createScratch(ledger, directory);
    writeFileSync(join(second.path, 'file'), '');
    await first.release();
    await first.release();
    expect([existsSync(first.path), existsSync(second.path), ledger.size]).toEqual([false, true, 1]);
    await ledger.close();
    await ledger.close();
    expect([existsSync(second.path), ledger.size]).toEqual([false, 0]);
    expect(leftIn(directory)).toEqual([]);
    expect(guardians(directory)).toEqual([]);
    await expect(createScratch(ledger)).rejects.toMatchObject({ code: 'RUNTIME_CLOSED' });
  });

  it('whose directory is taken away makes it again, with what was recorded there (5)', async () => {
    const directory = join(temporaryFolder(), 'ledger');
    const place = temporaryFolder();
    const ledger = await openLedger({ directory });
    const first = await createScratch(ledger, place);
    const second = await createScratch(ledger, place);
    rmSync(directory, { recursive: true });
    await second.release();
    const more = await Promise.all(Array.from({ length: 8 }, () => createScratch(ledger, place)));
    const found = await inspect({ directory });
    expect(found.map(({ state, what }) => `${state} ${what}`).sort()).toEqual(
      [first, ...more].map(({ path }) => `living ${path}`).sort(),
    );
    await ledger.close();
    expect([readdirSync(place), leftIn(directory), guardians(directory)]).toEqual([[], [], []]);
  });

  it('releases what is still being made when it is closed, once it is made (4)', async () => {
    const directory = temporaryFolder();
    const ledger = await openLedger({ directory });
    const make = () =>
      ledger.acquire(
        (token) => ({ kind: 'scratch', path: join(directory, token) }),
        async ({ resource }) => {
          mkdirSync(resource.path);
          return resource.path;
        },
      );
    const making = Array.from({ length: 20 }, make);
    const closing = ledger.close();
    const paths = await Promise.all(making);
    await closing;
    expect(paths.filter((path) => existsSync(path))).toEqual([]);
    expect(leftIn(directory)).toEqual([]);
  });

  it('has no record of a thing that could not be made, nor anything of it', async () => {
    const directory = temporaryFolder();
    await using ledger = await openLedger({ directory });
    const made = ledger.acquire(
      (token) => ({ kind: 'scratch', path: join(directory, token) }),
      async ({ resource }) => {
        mkdirSync(resource.path);
        throw new Error('half made');
      },
    );
    await expect(made).rejects.toThrow('half made');
    expect(ledger.size).toBe(0);
    expect(readdirSync(join(directory, 'v1', ledger.id)).sort()).toEqual(['alive', 'owner']);
    expect(readdirSync(directory)).toEqual(['v1']);
  });

  it('stays closable when something cannot be released, and the guardian watches on (4)', async () => {
    const directory = temporaryFolder();
    const ledger = await openLedger({ directory });
    const { path } = await claimSocket(ledger, join(directory, 'x.sock'));
    const scratch = await createScratch(ledger, directory);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    await expect(ledger.close()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^1 things were not released: .*somebody listens/),
    });
    expect([existsSync(scratch.path), existsSync(path), guardians(directory)]).toEqual([
      false,
      true,
      [ledger.guardianPid],
    ]);
    await new Promise((resolve) => server.close(resolve));
    await ledger.close();
    expect([guardians(directory), leftIn(directory)]).toEqual([[], []]);
  });

  it('opens again in the same process, side by side', async () => {
    const directory = temporaryFolder();
    await using one = await openLedger({ directory });
    const kept = await createScratch(one, directory);
    const two = await openLedger({ directory });
    await createScratch(two, directory);
    await two.close();
    expect(existsSync(kept.path)).toBe(true);
    expect(leftIn(directory)).toEqual([one.id]);
  });

  it('works in a directory whose path is too long for a socket', async () => {
    const directory = join(temporaryFolder(), 'x'.repeat(120));
    const ledger = await openLedger({ directory });
    const { path } = await createScratch(ledger, directory);
    await using other = await openLedger({ directory });
    expect(await other.sweep()).toMatchObject({ living: [ledger.id], reclaimed: [] });
    expect(existsSync(path)).toBe(true);
    await ledger.close();
    expect(leftIn(directory)).toEqual([]);
  });
});

describe('a claimed path', () => {
  it('is refused if something is there, and that stays', async () => {
    const directory = temporaryFolder();
    await using ledger = await openLedger({ directory });
    const path = join(directory, 'taken');
    writeFileSync(path, 'mine');
    for (const claim of [claimSocket, writePidfile]) {
      await expect(claim(ledger, path)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    expect(existsSync(path)).toBe(true);
    expect(ledger.size).toBe(0);
  });

  it('is recorded without symbolic links', async () => {
    const directory = temporaryFolder();
    await using ledger = await openLedger({ directory });
    mkdirSync(join(directory, 'real'));
    symlinkSync(join(directory, 'real'), join(directory, 'link'));
    const { path } = await writePidfile(ledger, join(directory, 'link', 'p.pid'));
    expect(path).toBe(join(directory, 'real', 'p.pid'));
  });

  it('stays while somebody listens there, and goes when nobody does', async () => {
    const directory = temporaryFolder();
    const ledger = await openLedger({ directory });
    const claimed = await claimSocket(ledger, join(directory, 'x.sock'));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(claimed.path, resolve));
    await expect(claimed.release()).rejects.toMatchObject({ message: expect.stringContaining('somebody listens') });
    expect(existsSync(claimed.path)).toBe(true);
    await new Promise((resolve) => server.close(resolve));
    await claimed.release();
    await ledger.close();
    expect([leftIn(directory), quarantined(directory)]).toEqual([[], []]);
  });

  it('leaves a pid file alone that somebody else has written since', async () => {
    const directory = temporaryFolder();
    await using ledger = await openLedger({ directory });
    const { path, release } = await writePidfile(ledger, join(directory, 'p.pid'));
    const { renameSync } = await import('node:fs');
    writeFileSync(`${path}.new`, `${process.pid}\n`);
    renameSync(`${path}.new`, path);
    await release();
    expect(existsSync(path)).toBe(true);
  });
});
