import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { spawnRecorded } from '#stint/ledger/child';
import { processInfo } from '#stint/ledger/identity';
import { openLedger, sweep } from '#stint/ledger/index';
import { isAlive } from '../processes.ts';
import { leftIn, makeDeadOwner, marked, temporaryFolder } from './support.js';

function sleeper(env: Record<string, string> = {}): ChildProcess {
  const child = spawn('/bin/sleep', ['600'], { env, stdio: 'ignore' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function startedAt(pid: number | undefined): Promise<string | undefined> {
  return (await processInfo(pid as number))?.startedAt;
}

describe('a recorded child', () => {
  it('is gone when it is released, with what it started', async () => {
    const directory = temporaryFolder();
    await using ledger = await openLedger({ directory });
    const shell = ['-c', 'sleep 600 & sleep 600 & echo $! ; sleep 600'];
    const { child, release } = await spawnRecorded(ledger, 'sh', (env) =>
      spawn('/bin/sh', shell, { env: { ...env, PATH: '/bin:/usr/bin' } }),
    );
    const [line] = await once(child.stdout as NodeJS.ReadableStream, 'data');
    const exited = once(child, 'exit');
    await release();
    await release();
    await exited;
    expect([isAlive(child.pid as number), isAlive(Number(line))]).toEqual([false, false]);
    expect(ledger.size).toBe(0);
  });

  it('that ended by itself is released all the same', async () => {
    await using ledger = await openLedger({ directory: temporaryFolder() });
    const { child, release } = await spawnRecorded(ledger, 'true', (env) => spawn('/bin/true', { env }));
    if (child.exitCode === null) await once(child, 'exit');
    await release();
    expect(ledger.size).toBe(0);
  });

  it('goes on if its pid cannot be recorded, and is known by its mark', async () => {
    const directory = temporaryFolder();
    await using ledger = await openLedger({ directory });
    const obstacle = join(directory, 'v1', ledger.id, '1.process.tmp');
    const warned = once(process, 'warning');
    const { child, release } = await spawnRecorded(ledger, 'sleep', (env) => {
      mkdirSync(obstacle);
      return sleeper(env as Record<string, string>);
    });
    expect([isAlive(child.pid as number), String(await warned)]).toEqual([
      true,
      expect.stringMatching(/cannot record/),
    ]);
    rmdirSync(obstacle);
    await release();
    expect(isAlive(child.pid as number)).toBe(false);
  });

  it('that cannot be started has no record', async () => {
    await using ledger = await openLedger({ directory: temporaryFolder() });
    await expect(spawnRecorded(ledger, 'nothing', (env) => spawn('/does/not/exist', { env }))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(ledger.size).toBe(0);
  });
});

describe('a sweep', () => {
  it('kills the process of a record that says nothing of it yet, by its mark', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    await owner.record(1, 'process', { command: 'sleep' });
    const child = sleeper({ STINT_CHILD: owner.token(1) });
    await once(child, 'spawn');
    const exited = once(child, 'exit');
    expect((await sweep({ directory })).reclaimed).toMatchObject([{ kind: 'process', what: 'sleep' }]);
    expect((await exited)[1]).toBe('SIGKILL');
    expect(leftIn(directory)).toEqual([]);
  });

  it('kills no process that has the pid, but was not started at that time', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    const child = sleeper();
    const start = Number(await startedAt(child.pid)) - 100;
    await owner.record(1, 'process', { command: 'sleep', pid: child.pid, startedAt: String(start) });
    expect(await sweep({ directory })).toMatchObject({ reclaimed: [], kept: [] });
    expect(isAlive(child.pid as number)).toBe(true);
    expect(leftIn(directory)).toEqual([]);
  });

  it('kills no process that a forged record names, although pid and start time are right', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    const child = sleeper({ STINT_CHILD: `${owner.token(1)}0` });
    await owner.record(1, 'process', { command: 'sleep', pid: child.pid, startedAt: await startedAt(child.pid) });
    const { reclaimed, kept } = await sweep({ directory });
    expect(reclaimed).toEqual([]);
    expect(kept).toMatchObject([{ reason: expect.stringContaining('does not carry its mark') }]);
    expect(isAlive(child.pid as number)).toBe(true);
  });

  it('kills no process of another namespace of pids', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory, { pidSpace: 'pid:[1]' });
    const child = sleeper({ STINT_CHILD: owner.token(1) });
    await owner.record(1, 'process', { command: 'sleep', pid: child.pid, startedAt: await startedAt(child.pid) });
    expect((await sweep({ directory })).kept).toMatchObject([{ reason: expect.stringContaining('namespace') }]);
    expect(isAlive(child.pid as number)).toBe(true);
  });

  it('kills all that a process started, faster than it starts more', async () => {
    const directory = temporaryFolder();
    const owner = await makeDeadOwner(directory);
    await owner.record(1, 'process', { command: 'sh' });
    const env = { STINT_CHILD: owner.token(1), PATH: '/bin:/usr/bin' };
    const child = spawn('/bin/sh', ['-c', 'while :; do sleep 600 & sleep 0.05; done'], { env, stdio: 'ignore' });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const ours = () => marked([owner.id]);
    await expect.poll(() => ours().length).toBeGreaterThan(1);
    await sweep({ directory });
    expect(ours()).toEqual([]);
    expect(isAlive(child.pid as number)).toBe(false);
  });
});
