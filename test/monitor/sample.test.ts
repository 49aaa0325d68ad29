import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type ChildSample, sample } from '#stint/monitor/sample';

describe.runIf(process.platform === 'linux')('a sample', () => {
  it('tells memory of this process in bytes', () => {
    const { rss, heap, external, at } = sample();
    expect(rss).toBeGreaterThan(10 * 1024 ** 2);
    expect(rss).toBeGreaterThan(heap);
    expect(external).toBeGreaterThan(0);
    expect(Math.abs(Date.now() - at)).toBeLessThan(60_000);
  });

  it('counts descriptors by kind: files, sockets, devices', async () => {
    const before = sample().descriptors;
    const folder = mkdtempSync(join(tmpdir(), 'stint-sample-'));
    writeFileSync(join(folder, 'file'), '');
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const open = [openSync(join(folder, 'file'), 'r'), openSync(join(folder, 'file'), 'r'), openSync('/dev/null', 'r')];
    const after = sample().descriptors;
    const more = (kind: 'file' | 'device' | 'socket'): number =>
      (after?.byKind[kind] ?? 0) - (before?.byKind[kind] ?? 0);
    expect([more('file'), more('device'), more('socket')]).toEqual([2, 1, 1]);
    expect(after?.total).toBe(Object.values(after?.byKind ?? {}).reduce((sum, count) => sum + count, 0));
    for (const descriptor of open) closeSync(descriptor);
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('counts threads', async () => {
    const before = sample().threads ?? 0;
    const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
    await once(worker, 'online');
    expect(sample().threads).toBeGreaterThan(before);
    await worker.terminate();
  });

  it('tells of children and of their children, and of zombies among them', async () => {
    // The shell starts one that ends at once, and becomes a program that never asks for its exit status.
    const child = spawn('sh', ['-c', 'sleep 0 & exec sleep 60']);
    const own = (): ChildSample | undefined => sample().children?.find(({ pid }) => pid === child.pid);
    const hasBoth = (): boolean => (sample().zombies ?? 0) > 0 && own()?.name === 'sleep';
    while (!hasBoth()) await new Promise((resolve) => setImmediate(resolve));
    const { children, zombies } = sample();
    const found = own();
    expect(found).toMatchObject({ parent: process.pid, name: 'sleep', zombie: false });
    expect(found?.rss).toBeGreaterThan(0);
    expect(found?.descriptors?.total).toBeGreaterThanOrEqual(3);
    expect(children?.find(({ parent }) => parent === child.pid)).toMatchObject({ zombie: true });
    expect(zombies).toBe(1);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(sample().children?.some(({ pid }) => pid === child.pid)).toBe(false);
  });

  it('tells of segments that nobody has mapped when asked for by prefix', () => {
    const name = `stint-test-${process.pid}-segment`;
    writeFileSync(`/dev/shm/${name}`, 'x');
    try {
      expect(sample().segments).not.toContain(name);
      expect(sample({ segmentPrefix: `stint-test-${process.pid}-` }).segments).toEqual([name]);
    } finally {
      rmSync(`/dev/shm/${name}`);
    }
  });

  it('tells what keeps the event loop alive', () => {
    const before = sample().resources['Timeout'] ?? 0;
    const timers = [1, 2, 3].map(() => setTimeout(() => undefined, 60_000));
    expect(sample().resources['Timeout']).toBe(before + 3);
    for (const timer of timers) clearTimeout(timer);
  });
});

describe.runIf(process.platform !== 'linux')('a sample where there is no /proc', () => {
  it('says that it does not know, not 0', () => {
    expect(sample()).toMatchObject({
      descriptors: undefined,
      threads: undefined,
      segments: undefined,
      zombies: undefined,
    });
  });
});
