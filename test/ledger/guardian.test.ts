import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { isAlive } from '../processes.ts';
import { guardians, guardiansGone, leftIn, present, quarantined, startOwner, temporaryFolder } from './support.js';

const linkOf = (process: number | 'self', fd: string) => readlink(`/proc/${process}/fd/${fd}`).catch(() => 'gone');
const EVERYTHING = ['segment', 'scratch', 'socket', 'pidfile', 'process'] as const;

describe('a guardian', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGABRT', 'SIGSEGV'] as const)(
    'reclaims everything when its owner dies by %s (1)',
    async (signal) => {
      const directory = temporaryFolder();
      const owner = await startOwner(directory, directory, EVERYTHING);
      expect(present(owner.held)).toEqual(EVERYTHING);
      await owner.end(signal);
      const died = performance.now();
      await guardiansGone(directory);
      console.log(`clean ${Math.round(performance.now() - died)} ms after ${signal}`);
      expect([present(owner.held), leftIn(directory), quarantined(directory)]).toEqual([[], [], []]);
    },
  );

  it('sees the process group of its owner be killed, and lives (2)', async () => {
    const directory = temporaryFolder();
    const owner = await startOwner(directory, directory, ['segment', 'scratch']);
    process.kill(-(owner.child.pid as number), 'SIGKILL');
    await owner.end('SIGKILL');
    await guardiansGone(directory);
    expect([present(owner.held), leftIn(directory)]).toEqual([[], []]);
  });

  it('does not go by the signals that end its owner (2)', async () => {
    const directory = temporaryFolder();
    const owner = await startOwner(directory, directory, ['segment']);
    const guardian = owner.held.guardian as number;
    // HUP, INT and TERM: bits 0, 1 and 14. A shell that has just been started ignores nothing yet.
    const mask = () => /^SigIgn:\s+([0-9a-f]+)$/m.exec(readFileSync(`/proc/${guardian}/status`, 'utf8'))?.[1];
    const ignored = () => (Number(`0x${mask()}`) & 0x4003) === 0x4003;
    await expect.poll(ignored).toBe(true);
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.kill(guardian, signal);
    expect(await owner.ask('guardian')).toEqual({ guardian });
    expect(isAlive(guardian)).toBe(true);
    await owner.end('SIGKILL');
    await guardiansGone(directory);
    expect(present(owner.held)).toEqual([]);
  });

  it('is a shell, and has no descriptor of its owner but the pipe (3)', async () => {
    const directory = temporaryFolder();
    const owner = await startOwner(directory, directory, ['segment']);
    const guardian = owner.held.guardian as number;
    // What this process has been given without a word, its children have too.
    const inherited = await Promise.all((await readdir('/proc/self/fd')).map((fd) => linkOf('self', fd)));
    const own = async () => {
      const fds = await readdir(`/proc/${guardian}/fd`);
      const links = await Promise.all(fds.map(async (fd) => ({ fd, link: await linkOf(guardian, fd) })));
      return links.filter(({ fd, link }) => Number(fd) < 3 || !inherited.includes(link));
    };
    // One that has just been started has its libraries open.
    await expect.poll(own).toEqual([
      { fd: '0', link: expect.stringMatching(/^socket:/) },
      { fd: '1', link: '/dev/null' },
      { fd: '2', link: '/dev/null' },
    ]);
    expect(readFileSync(`/proc/${guardian}/environ`, 'utf8')).not.toContain('PATH=');
    const resident = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${guardian}/status`, 'utf8'))?.[1]);
    console.log(`the guardian has ${resident} kB resident`);
    expect(resident).toBeLessThan(8192);
    await owner.end('close');
  });

  it('goes when its owner closes', async () => {
    const directory = temporaryFolder();
    const owner = await startOwner(directory, directory, EVERYTHING);
    await owner.end('close');
    expect([guardians(directory), present(owner.held), leftIn(directory)]).toEqual([[], [], []]);
  });

  it('that was killed has a successor', async () => {
    const directory = temporaryFolder();
    const owner = await startOwner(directory, directory, ['segment']);
    const first = owner.held.guardian as number;
    process.kill(first, 'SIGKILL');
    await expect
      .poll(async () => (await owner.ask('guardian'))['guardian'])
      .toSatisfy((pid) => pid !== undefined && pid !== first);
    await owner.end('SIGKILL');
    await guardiansGone(directory);
    expect(present(owner.held)).toEqual([]);
  });

  it('that was killed with its owner leaves the work to the next who opens the ledger', async () => {
    const directory = temporaryFolder();
    const owner = await startOwner(directory, directory, EVERYTHING);
    process.kill(owner.held.guardian as number, 'SIGSTOP');
    await owner.end('SIGKILL');
    process.kill(owner.held.guardian as number, 'SIGKILL');
    expect(present(owner.held)).toEqual(EVERYTHING);
    const next = await startOwner(directory, directory, ['segment']);
    expect(present(owner.held)).toEqual([]);
    expect(leftIn(directory)).toEqual([next.held.id]);
    await next.end('close');
  });

  it('leaves what another owner has, which works on meanwhile', async () => {
    const directory = temporaryFolder();
    const dying = await startOwner(directory, directory, EVERYTHING);
    const other = await startOwner(directory, directory, EVERYTHING);
    await dying.end('SIGKILL');
    do expect(await other.ask('work')).toEqual({ worked: true });
    while (present(dying.held).length > 0);
    expect(present(other.held)).toEqual(EVERYTHING);
    await other.end('close');
    await guardiansGone(directory);
    expect([present(dying.held), present(other.held), leftIn(directory)]).toEqual([[], [], []]);
  });

  it('that is stopped does not hold up a close', async () => {
    const directory = temporaryFolder();
    const owner = await startOwner(directory, directory, ['segment']);
    process.kill(owner.held.guardian as number, 'SIGSTOP');
    await owner.end('close');
    expect([guardians(directory), present(owner.held), leftIn(directory)]).toEqual([[], [], []]);
  });

  it('reclaims what a thread had that was terminated', async () => {
    const directory = temporaryFolder();
    const { href } = new URL('../../dist/ledger/index.js', import.meta.url);
    const worker = new Worker(
      `import('${href}').then(async ({ openLedger, SharedMemory }) => {
        const ledger = await openLedger({ directory: ${JSON.stringify(directory)} });
        const memory = await SharedMemory.create(4096, { ledger });
        require('node:worker_threads').parentPort.postMessage(memory.name);
        for (;;) memory.bytes[0] += 1;
      })`,
      { eval: true },
    );
    const [segment] = await once(worker, 'message');
    expect(present({ id: '', segment })).toEqual(['segment']);
    await worker.terminate();
    await guardiansGone(directory);
    expect([present({ id: '', segment }), leftIn(directory)]).toEqual([[], []]);
  });

  it('does not keep its owner alive (3)', () => {
    const directory = temporaryFolder();
    const index = new URL('../../dist/ledger/index.js', import.meta.url).href;
    const program = `import { openLedger, SharedMemory } from '${index}';
      const ledger = await openLedger({ directory: ${JSON.stringify(directory)} });
      console.log((await SharedMemory.create(4096, { ledger })).name);`;
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(status).toBe(0);
    return expect.poll(() => existsSync(join('/dev/shm', stdout.trim()))).toBe(false);
  });
});
