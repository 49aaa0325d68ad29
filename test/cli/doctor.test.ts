import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDeadOwner, startOwner, temporaryFolder } from '../ledger/support.js';
import { runStint } from './run-stint.ts';

const doctor = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runStint(['doctor', ...args], temporaryFolder(), { env: { HOME: undefined, XDG_STATE_HOME: undefined, ...env } });

/** A ledger in which one lives and one is dead. */
async function sickLedger() {
  const directory = temporaryFolder();
  const living = await startOwner(directory, directory, ['scratch']);
  const dead = await makeDeadOwner(directory, { pid: 4711, program: 'worker.js' });
  const orphan = join(directory, dead.token(1));
  mkdirSync(orphan);
  await dead.record(1, 'scratch', { path: orphan });
  return { directory, living, orphan };
}

describe('stint doctor', () => {
  it('lists what lives and what is orphaned, and whose it was, and touches nothing', async () => {
    const { directory, living, orphan } = await sickLedger();
    const { status, stdout, stderr } = await doctor(['--directory', directory]);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^STATE +KIND +OWNER +SINCE +WHAT\n/);
    expect(stdout).toMatch(
      new RegExp(`^living +scratch +owner.mjs \\(pid ${living.child.pid}\\) .* ${living.held.scratch}$`, 'm'),
    );
    expect(stdout).toMatch(new RegExp(`^orphaned +scratch +worker.js \\(pid 4711\\) .* ${orphan}$`, 'm'));
    expect(existsSync(orphan)).toBe(true);
    await living.end('close');
  });

  it('reclaims with --sweep, and says what', async () => {
    const { directory, living, orphan } = await sickLedger();
    const { status, stdout } = await doctor(['--directory', directory, '--sweep']);
    expect(status).toBe(0);
    expect(stdout).toContain(`reclaimed 1, kept 0, quarantined 0\n  reclaimed scratch ${orphan}\n`);
    expect([existsSync(orphan), existsSync(living.held.scratch as string)]).toEqual([false, true]);
    await living.end('close');
    expect((await doctor(['--directory', directory])).stdout).toBe('nothing is recorded\n');
  });

  it('prints one JSON text with --json', async () => {
    const { directory, living, orphan } = await sickLedger();
    const before = JSON.parse((await doctor(['--directory', directory, '--json'])).stdout);
    expect(before).toMatchObject({ healthy: false });
    expect(before.found).toContainEqual(
      expect.objectContaining({ state: 'orphaned', kind: 'scratch', what: orphan, pid: 4711, program: 'worker.js' }),
    );
    const after = JSON.parse((await doctor(['--directory', directory, '--json', '--sweep'])).stdout);
    expect(after).toMatchObject({ healthy: true, swept: { living: [living.held.id], reclaimed: [{ what: orphan }] } });
    await living.end('close');
  });

  it('looks into the default directory', async () => {
    const state = temporaryFolder();
    await startOwner(join(state, 'stint', 'ledger'), state, ['scratch']);
    const { status, stdout } = await doctor([], { XDG_STATE_HOME: state });
    expect([status, stdout]).toEqual([0, expect.stringContaining('living')]);
  });

  it('makes nothing where there is no ledger', async () => {
    const folder = temporaryFolder();
    const { status, stdout } = await doctor(['--directory', join(folder, 'none')]);
    expect([status, stdout]).toEqual([0, 'nothing is recorded\n']);
    expect(readdirSync(folder)).toEqual([]);
    expect(await doctor(['--directory', folder])).toMatchObject({ status: 0 });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says what is wrong with a directory that cannot be used', async () => {
    expect(await doctor(['--directory', '/etc/passwd'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('/etc/passwd'),
    });
  });
});
