import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLedger, SharedMemory } from '#stint/ledger/index';
import { newOwnerId } from '#stint/ledger/names';
import { watchLeaks } from '#stint/monitor/index';
import { guardians, leftIn, startOwner, temporaryFolder } from './support.js';

const INDEX = new URL('../../dist/ledger/index.js', import.meta.url).href;
const pathOf = ({ name }: { name: string }) => join('/dev/shm', name);

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/** Runs a module in a process of its own. */
function runProgram(code: string, env: NodeJS.ProcessEnv = {}) {
  const program = `import { openLedger, SharedMemory } from '${INDEX}';\n${code}`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env['PATH'], ...env },
  });
}

describe('shared memory', () => {
  it('that is created and forgotten is found as a leak', async () => {
    await using ledger = await openLedger({ directory: temporaryFolder() });
    const verdict = await watchLeaks(() => SharedMemory.create(4096, { ledger }), { cycles: 12, warmup: 2 });
    expect(verdict.leaking).toContain('segments');
  });

  it('is seen by several processes, and by threads', async () => {
    await using ledger = await openLedger({ directory: temporaryFolder() });
    await using memory = await SharedMemory.create(1000, { ledger });
    expect([memory.bytes.length, memory.bytes.every((byte) => byte === 0)]).toEqual([1000, true]);
    memory.bytes[999] = 7;
    const { stdout, stderr } = runProgram(`
      const memory = await SharedMemory.open('${memory.name}');
      console.log(memory.bytes.length, memory.bytes[999]);
      memory.bytes[0] = 8;
      await memory.close();`);
    expect(stdout + stderr).toBe('1000 7\n');
    const worker = new Worker(
      `import('${INDEX}').then(async ({ SharedMemory }) => {
        const memory = await SharedMemory.open('${memory.name}');
        Atomics.add(memory.bytes, 1, 9);
        await memory.close();
      })`,
      { eval: true },
    );
    await once(worker, 'exit');
    expect([...memory.bytes.subarray(0, 2)]).toEqual([8, 9]);
  });

  it('is private to the user, of the size that was asked for, and gone when it is closed (2)', async () => {
    const directory = temporaryFolder();
    await using ledger = await openLedger({ directory });
    const memory = await SharedMemory.create(70_000, { ledger });
    const { mode, size, blocks } = statSync(pathOf(memory));
    expect([mode & 0o777, size]).toEqual([0o600, 70_000]);
    // All of it is there, not only promised.
    expect(blocks * 512).toBeGreaterThanOrEqual(70_000);
    await memory.close();
    await memory.close();
    expect(existsSync(pathOf(memory))).toBe(false);
    expect(readdirSync(join(directory, 'v1', ledger.id)).sort()).toEqual(['alive', 'owner']);
  });

  it('reads as zeros after it is closed, and takes writes that nobody sees (3)', async () => {
    await using ledger = await openLedger({ directory: temporaryFolder() });
    const memory = await SharedMemory.create(1 << 20, { ledger });
    await using other = await SharedMemory.open(memory.name);
    memory.bytes.fill(7);
    const views = [memory.bytes, new Float64Array(memory.bytes.buffer), new DataView(memory.bytes.buffer)] as const;
    await memory.close();
    expect([views[0][5], views[1][100], views[2].getUint32(0)]).toEqual([0, 0, 0]);
    views[0].fill(9);
    expect(other.bytes.every((byte) => byte === 7)).toBe(true);
  });

  it('does not count as data of a process that has closed it, while its views live', async () => {
    const dataOf = () => Number(/^VmData:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
    await using ledger = await openLedger({ directory: temporaryFolder() });
    const before = dataOf();
    const views: Uint8Array[] = [];
    for (let i = 0; i < 4; i++) {
      const memory = await SharedMemory.create(64 * 1024 ** 2, { ledger });
      views.push(memory.bytes);
      await memory.close();
    }
    expect(dataOf() - before).toBeLessThan(64 * 1024);
    expect(views.map((view) => view[5])).toEqual([0, 0, 0, 0]);
  });

  it('stays for who has it open when its creator dies (2)', async () => {
    const directory = temporaryFolder();
    const owner = await startOwner(directory, directory, ['segment']);
    await using memory = await SharedMemory.open(owner.held.segment as string);
    memory.bytes[0] = 7;
    await owner.end('SIGKILL');
    await expect.poll(() => existsSync(pathOf(memory))).toBe(false);
    expect(memory.bytes[0]).toBe(7);
  });

  it('gives its addresses back once its views are collected', async () => {
    await using ledger = await openLedger({ directory: temporaryFolder() });
    const bytes = 64 << 20;
    const mapped = () => Number(/^VmSize:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
    const before = mapped();
    for (let cycle = 0; cycle < 8; cycle++) {
      const memory = await SharedMemory.create(bytes, { ledger });
      memory.bytes[0] = 1;
      await memory.close();
    }
    await expect
      .poll(() => {
        collectGarbage();
        return mapped() - before;
      })
      .toBeLessThan(3 * bytes);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '4096', null, undefined])(
    'is refused for a size of %s',
    async (bytes) => {
      await expect(SharedMemory.create(bytes as number)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    },
  );

  it.each(['', '../../etc/passwd', 'stint-', '/stint-aaaaaaaaaaaaaaaa-1', 7, null])(
    'is not opened by what is no name: %j',
    async (name) => {
      await expect(SharedMemory.open(name as string)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    },
  );

  it('is not opened if it is not there, or is none', async () => {
    const name = `stint-${newOwnerId()}-1`;
    onTestFinished(() => rmSync(pathOf({ name }), { force: true }));
    await expect(SharedMemory.open(name)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(name),
    });
    symlinkSync('/etc/passwd', pathOf({ name }));
    await expect(SharedMemory.open(name)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    unlinkSync(pathOf({ name }));
    writeFileSync(pathOf({ name }), '', { mode: 0o600 });
    await expect(SharedMemory.open(name)).rejects.toMatchObject({ message: expect.stringContaining('not ready') });
  });

  it('for which there is no room fails with OUT_OF_MEMORY and leaves nothing (1)', async () => {
    const directory = temporaryFolder();
    await using ledger = await openLedger({ directory });
    const before = readdirSync('/dev/shm').filter((name) => name.includes(ledger.id));
    // More than any machine has: the file system refuses.
    const error = await SharedMemory.create(2 ** 32 - 1, { ledger }).catch((thrown) => thrown);
    if (error instanceof SharedMemory) return error.close();
    expect(error).toMatchObject({
      name: 'StintError',
      code: 'OUT_OF_MEMORY',
      message: expect.stringContaining('ENOSPC'),
    });
    expect(readdirSync('/dev/shm').filter((name) => name.includes(ledger.id))).toEqual(before);
    expect(ledger.size).toBe(0);
  });

  it('without a ledger is in one of the default directory, which is closed with the last of it', async () => {
    const state = temporaryFolder();
    const { stdout, stderr } = runProgram(
      `
      import { existsSync, readdirSync } from 'node:fs';
      const ledger = '${state}/stint/ledger/v1';
      const [a, b] = await Promise.all([SharedMemory.create(10), SharedMemory.create(10)]);
      await a.close();
      console.log(existsSync('/dev/shm/' + b.name), readdirSync(ledger).length);
      await b.close();
      console.log(existsSync('/dev/shm/' + b.name), readdirSync(ledger).length);
      const c = await SharedMemory.create(10);
      await c.close();
      console.log(readdirSync(ledger).length);`,
      { XDG_STATE_HOME: state },
    );
    expect(stdout + stderr).toBe('true 2\nfalse 1\n1\n');
    expect(guardians(join(state, 'stint/ledger'))).toEqual([]);
    expect(leftIn(join(state, 'stint/ledger'))).toEqual([]);
  });

  it('says which package is missing without koffi', () => {
    const { stdout } = runProgram(
      `
      import { register } from 'node:module';
      register('data:text/javascript,export const resolve = (name, context, next) => { if (name === "koffi") throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" }); return next(name, context); }');
      const error = await SharedMemory.create(10).catch((thrown) => thrown);
      console.log(error.code, error.message);`,
    );
    expect(stdout).toBe('DEPENDENCY_MISSING shared memory needs the package koffi: npm install koffi\n');
  });
});
