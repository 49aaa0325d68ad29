import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '#stint/kernel/transport/connect';
import { inspect } from '#stint/ledger/inspect';
import { openLedger } from '#stint/ledger/ledger';
import { makeFolder, makeKernel } from './helpers.js';

describe('a unix socket', () => {
  it('is for its user alone, in a directory that is too', async () => {
    const kernel = await makeKernel();
    const path = join(makeFolder(), 'made', 'k.sock');
    await kernel.listen({ unix: path });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
  });

  it('is listened at by one kernel at a time', async () => {
    const path = join(makeFolder(), 'k.sock');
    const [one, other] = [await makeKernel(), await makeKernel()];
    const listener = await one.listen({ unix: path });
    await expect(other.listen({ unix: path })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('somebody listens at'),
    });
    expect(await (await connect(path)).tools.call('echo', 1)).toBe(1);
    await listener.close();
    await other.listen({ unix: path });
    expect(await (await connect(`unix:${path}`)).tools.call('echo', 2)).toBe(2);
  });

  it('is taken over when its owner was killed, by exactly one of those that want it', async () => {
    const path = join(makeFolder(), 'k.sock');
    const code = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('on'))`;
    const owner = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(owner.stdout, 'data');
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const kernels = await Promise.all(Array.from({ length: 4 }, () => makeKernel()));
    const results = await Promise.allSettled(kernels.map((kernel) => kernel.listen({ unix: path })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await (await connect(path)).tools.call('echo', 1)).toBe(1);
  });

  it('is in the ledger of its kernel while it is there, with the connection file', async () => {
    const folder = makeFolder();
    const directory = join(folder, 'ledger');
    await using ledger = await openLedger({ directory });
    const kernel = await makeKernel({ ledger });
    const [path, connectionFile] = [join(folder, 'k.sock'), join(folder, 'k.json')];
    writeFileSync(connectionFile, 'of somebody who is dead');
    const listener = await kernel.listen({ unix: path, connectionFile });
    expect((await inspect({ directory })).map(({ kind, what, state }) => ({ kind, what, state }))).toEqual([
      { kind: 'socket', what: path, state: 'living' },
      { kind: 'pidfile', what: connectionFile, state: 'living' },
    ]);
    expect(statSync(connectionFile).mode & 0o777).toBe(0o600);
    const other = await makeKernel({ ledger });
    await expect(other.listen({ unix: path })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await (await connect(connectionFile)).tools.call('echo', 1)).toBe(1);
    expect(ledger.size).toBe(2);
    await listener.close();
    expect(ledger.size).toBe(0);
    expect(readdirSync(folder)).toEqual(['ledger']);
    await expect(makeKernel({ ledger: {} as never })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('is left alone when it belongs to somebody else, or is no socket', async () => {
    const folder = makeFolder();
    const kernel = await makeKernel();
    const stranger = createServer((socket) => socket.end());
    stranger.listen(join(folder, 'strange'));
    await once(stranger, 'listening');
    onTestFinished(() => void stranger.close());
    writeFileSync(join(folder, 'file'), 'precious');
    mkdirSync(join(folder, 'directory'));
    for (const name of ['strange', 'file', 'directory']) {
      await expect(kernel.listen({ unix: join(folder, name) })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(statSync(join(folder, name))).toBeDefined();
    }
  });
});
