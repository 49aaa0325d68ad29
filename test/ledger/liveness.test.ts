import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownIdentity, processInfo } from '#stint/ledger/identity';
import { inspect, sweep } from '#stint/ledger/index';
import { ALIVE } from '#stint/ledger/liveness';
import { knock } from '#stint/ledger/socket-path';
import { isMissing } from '../needs.js';
import { guardiansGone, leftIn, makeDeadOwner, present, startOwner, temporaryFolder } from './support.js';

const UNSHARE = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Whether this user may have namespaces of pids. */
const NAMESPACES = spawnSync(UNSHARE[0] as string, [...UNSHARE.slice(1), 'true']).status === 0;

/** An owner that holds a scratch directory. */
async function holder(directory: string, identity: Parameters<typeof makeDeadOwner>[1] = {}) {
  const owner = await makeDeadOwner(directory, identity);
  const scratch = join(directory, owner.token(1));
  mkdirSync(scratch);
  await owner.record(1, 'scratch', { path: scratch });
  return { owner, scratch };
}

/** Whether all threads of a process have ended, and so closed what they held. Its parent has not been told yet. */
function hasEnded(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).length === 1 && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

const now = await processInfo(process.pid);

describe('an owner', () => {
  it('is dead although a process has its pid, and the very same start time (2)', async () => {
    const directory = temporaryFolder();
    const { scratch } = await holder(directory);
    expect((await ownIdentity()).pid).toBe(process.pid);
    expect((await sweep({ directory })).reclaimed).toHaveLength(1);
    expect(existsSync(scratch)).toBe(false);
  });

  it('lives as long as its process, stopped or not', async () => {
    const directory = temporaryFolder();
    const owner = await startOwner(directory, directory, ['segment', 'scratch']);
    owner.child.kill('SIGSTOP');
    expect(await sweep({ directory })).toMatchObject({ living: [owner.held.id], reclaimed: [], kept: [] });
    expect(present(owner.held)).toEqual(['segment', 'scratch']);
    await owner.end('SIGKILL');
    await guardiansGone(directory);
    expect([present(owner.held), leftIn(directory)]).toEqual([[], []]);
  });

  it('lives when more have asked than its queue holds', async () => {
    const directory = temporaryFolder();
    const owner = await startOwner(directory, directory, ['scratch']);
    owner.child.kill('SIGSTOP');
    const reports = await Promise.all(Array.from({ length: 700 }, () => sweep({ directory })));
    expect(reports.filter(({ reclaimed, kept }) => reclaimed.length + kept.length > 0)).toEqual([]);
    expect(present(owner.held)).toEqual(['scratch']);
    owner.child.kill('SIGCONT');
    await owner.end('close');
  });

  it('is dead if it died while somebody was asking', async () => {
    const directory = temporaryFolder();
    const owner = await startOwner(directory, directory, ['scratch']);
    owner.child.kill('SIGSTOP');
    const answer = knock(join(directory, 'v1', owner.held.id, ALIVE));
    // The connection waits in the queue of the socket and is not looked at before the next turn of the event loop.
    await new Promise<void>(queueMicrotask);
    await new Promise<void>(process.nextTick);
    owner.child.kill('SIGKILL');
    while (!hasEnded(owner.child.pid as number));
    expect(await answer).toBe('nobody listens');
  });

  it('of another container is dead when it is, whatever that calls its machine (2)', async () => {
    const directory = temporaryFolder();
    const { scratch } = await holder(directory, { machine: 'ffffffffffffffff' });
    expect((await sweep({ directory })).reclaimed).toHaveLength(1);
    expect(existsSync(scratch)).toBe(false);
  });

  it('of another machine is left alone (1)', async () => {
    const directory = temporaryFolder();
    const elsewhere = { machine: 'ffffffffffffffff', boot: '00000000-0000-0000-0000-000000000000' };
    const { scratch } = await holder(directory, elsewhere);
    expect((await sweep({ directory })).kept).toEqual([
      expect.objectContaining({ kind: 'owner', reason: expect.stringContaining('proves') }),
    ]);
    expect(existsSync(scratch)).toBe(true);
  });

  it('of an earlier boot is dead', async () => {
    const directory = temporaryFolder();
    const { owner, scratch } = await holder(directory, { boot: '00000000-0000-0000-0000-000000000000' });
    await owner.record(2, 'process', {
      command: 'x',
      pid: process.pid,
      startedAt: (await processInfo(process.pid))?.startedAt,
    });
    expect((await sweep({ directory })).reclaimed).toHaveLength(1);
    expect(existsSync(scratch)).toBe(false);
  });

  describe('whose socket is gone', () => {
    it.each([
      ['lives if its pid is that of a process with its start time', {}, 'kept'],
      ['is dead if the pid was given again', { startedAt: String(Number(now?.startedAt) - 1) }, 'reclaimed'],
      ['is dead if nobody has its pid', { pid: 2 ** 22 + 1 }, 'reclaimed'],
      ['may live if its pid is of another namespace (1)', { pidSpace: 'pid:[1]', pid: 2 ** 22 + 1 }, 'kept'],
      ['is dead if the machine was started since', { boot: '00000000-0000-0000-0000-000000000000' }, 'reclaimed'],
    ])('%s', async (_, identity, outcome) => {
      const directory = temporaryFolder();
      const { owner, scratch } = await holder(directory, identity);
      rmSync(join(owner.folder, 'alive'));
      await sweep({ directory });
      expect(existsSync(scratch)).toBe(outcome === 'kept');
    });
  });

  it('that nobody can tell the name of is reclaimed but for what depends on that', async () => {
    const directory = temporaryFolder();
    const { owner, scratch } = await holder(directory);
    await owner.record(2, 'process', { command: 'x' });
    rmSync(join(owner.folder, 'owner'));
    const { reclaimed, kept } = await sweep({ directory });
    expect([reclaimed.length, kept.map(({ kind }) => kind)]).toEqual([1, ['process']]);
    expect(existsSync(scratch)).toBe(false);
  });
});

describe.skipIf(isMissing('right to make namespaces of pids (unshare)', NAMESPACES))('in a namespace of pids', () => {
  it('an owner is seen to live from outside, where its pid is that of another', async () => {
    const directory = temporaryFolder();
    const owner = await startOwner(directory, directory, ['scratch', 'segment'], UNSHARE);
    expect(await sweep({ directory })).toMatchObject({ living: [owner.held.id], reclaimed: [], kept: [] });
    expect(present(owner.held)).toEqual(['segment', 'scratch']);
    await owner.end('close');
    expect(leftIn(directory)).toEqual([]);
  });

  it('two owners with the same pid are told apart: one is killed, the other keeps what it has', async () => {
    const directory = temporaryFolder();
    const owners = await Promise.all(
      [1, 2].map(() => startOwner(directory, directory, ['scratch', 'segment'], UNSHARE)),
    );
    const [first, second] = owners as [(typeof owners)[0], (typeof owners)[0]];
    const pids = (await inspect({ directory })).map(({ pid, state }) => [pid, state]);
    expect(pids).toEqual(Array.from({ length: 4 }, () => [pids[0]?.[0], 'living']));
    await first.end('SIGKILL');
    // Its guardian was in its namespace and died with it.
    await expect.poll(async () => (await sweep({ directory })).living).toEqual([second.held.id]);
    expect(present(first.held)).toEqual([]);
    expect(present(second.held)).toEqual(['segment', 'scratch']);
    expect(await second.ask('work')).toEqual({ worked: true });
    await second.end('close');
  });
});
