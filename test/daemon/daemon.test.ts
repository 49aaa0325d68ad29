import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findDaemon } from '#stint/daemon/find-daemon';
import { serve } from '#stint/daemon/serve';
import { systemdUnit } from '#stint/daemon/unit';
import { connect } from '#stint/kernel/transport/connect';
import { ended } from '../processes.ts';
import { Home, leftAlone } from './helpers.js';

describe('the daemon', () => {
  it('serves in the background until it is stopped, and leaves nothing', async () => {
    const home = new Home();
    expect(await home.stint(['status'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no daemon listens'),
    });
    const pid = await home.start();
    expect(await home.stint(['status'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`process ${pid}`),
    });
    expect(statSync(home.socket).mode & 0o777).toBe(0o600);
    expect(statSync(home.log).mode & 0o777).toBe(0o600);
    const client = await connect(home.socket);
    expect(await client.scripts.run({ language: 'lua', code: 'return 6 * 7' })).toBe(42);
    expect(await home.stint(['stop'])).toMatchObject({ status: 0 });
    await ended(pid);
    expect(existsSync(home.socket)).toBe(false);
    expect(await home.stint(['stop'])).toMatchObject({ status: 1 });
  });

  it('is used by the command line, which says so; without it the same command does it itself', async () => {
    const home = new Home();
    const commands = [
      ['eval', 'print("hi") return 6 * 7', '--language', 'lua'],
      ['tool', 'info', 'calculator'],
      ['tool', 'call', 'calculator', '{"expression":"6 * 7"}'],
    ];
    const here = [];
    for (const command of commands) here.push(await home.stint(command));
    const pid = await home.start();
    for (const [i, command] of commands.entries()) {
      const { stdout, stderr, status } = await home.stint(command);
      expect({ stdout, status }).toEqual({ stdout: here[i]?.stdout, status: 0 });
      expect(here[i]?.stderr).toBe('');
      expect(stderr).toBe(`stint: by the daemon, process ${pid}, under its policy; --no-daemon does it here\n`);
      expect(await home.stint([...command, '--no-daemon'])).toEqual({ stdout, stderr: '', status: 0 });
    }
    expect(await home.stint(['eval', 'for (;;);', '--timeout', '50ms'])).toMatchObject({ status: 124 });
    expect(await home.stint(['tool', 'call', 'process.run', '{}'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('set policy.security'),
    });
  });

  it('is there once for each address, and says who is in the way', async () => {
    const home = new Home();
    await home.start();
    const second = await home.stint(['serve', '--detach']);
    expect(second).toMatchObject({ status: 2, stderr: expect.stringContaining('somebody listens at') });
    expect(await home.stint(['serve'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^stint: somebody listens at .*\n$/),
    });
    expect((await home.stint(['status'])).status).toBe(0);
  });

  it('has a log of JSON lines alone, also when others are refused beside it', async () => {
    const home = new Home();
    await home.start();
    for (const [flags, why] of [
      [[], 'somebody listens at'],
      [['--config', '/nowhere.json'], 'cannot read /nowhere.json'],
      [['--grace', 'long'], '--grace'],
    ] as const) {
      expect(await home.stint(['serve', '--detach', ...flags])).toMatchObject({
        status: 2,
        stderr: expect.stringContaining(why),
      });
    }
    const lines = readFileSync(home.log, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(expect.objectContaining({ logger: 'kernel' }));
  });

  it('leaves no socket and no token behind when it is killed', async () => {
    const home = new Home();
    const folder = join(home.folder, 'run', 'stint');
    const pid = await home.start('--http', '127.0.0.1:0', '--tcp', '127.0.0.1:0');
    const files = ['daemon-http.json', 'daemon-tcp.json', 'daemon.sock'];
    expect(readdirSync(folder).sort()).toEqual([...files, 'ledger']);
    for (const name of files) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    const doctor = JSON.parse((await home.stint(['doctor', '--json'])).stdout);
    expect(JSON.stringify(doctor)).toContain(join(folder, 'daemon.sock'));
    const left = leftAlone(folder, ['ledger']);
    process.kill(pid, 'SIGKILL');
    await left;
  });

  it('takes the socket of one that was killed over, also at once, and when nothing cleaned up after it', async () => {
    const home = new Home();
    const first = await home.start();
    process.kill(first, 'SIGKILL');
    await ended(first);
    const second = await home.start();
    expect(second).not.toBe(first);
    expect((await home.stint(['status'])).stdout).toContain(`process ${second}`);
    await home.stint(['stop']);
    const stale = `require('net').createServer().listen(${JSON.stringify(home.socket)}, () => process.kill(process.pid, 9))`;
    await once(spawn(process.execPath, ['-e', stale]), 'exit');
    expect(existsSync(home.socket)).toBe(true);
    expect(await home.stint(['status'])).toMatchObject({ status: 1 });
    const third = await home.start();
    expect((await home.stint(['status'])).stdout).toContain(`process ${third}`);
  });

  it('reads its configuration again on SIGHUP: policy and tools; one that is wrong changes nothing', async () => {
    const home = new Home();
    const tool =
      '--[[ tool\nname: twice\ndescription: doubles\ncategory: math\n]]\nlocal input = ...\nreturn input.n * 2\n';
    writeFileSync(home.config, '{}', { mode: 0o600 });
    const pid = await home.start();
    const client = await connect(home.socket);
    const heard: Record<string, unknown>[] = [];
    await client.onLog('info', (_level, _logger, data) => heard.push(data as Record<string, unknown>));
    const said = async (event: string): Promise<void> => {
      while (!heard.some((data) => data['event'] === event)) await client.ping();
    };
    expect((await client.tools.list()).map(({ name }) => name)).toContain('calculator');
    await expect(client.tools.info('twice')).rejects.toMatchObject({ code: 'TOOL_NOT_FOUND' });
    mkdirSync(join(home.folder, 'tools'));
    writeFileSync(join(home.folder, 'tools', 'twice.lua'), tool);
    writeFileSync(home.config, JSON.stringify({ tools: [join(home.folder, 'tools')], policy: { deny: ['twice'] } }));
    process.kill(pid, 'SIGHUP');
    await said('reloaded');
    const found = (await client.tools.list()).map(({ name }) => name);
    expect(found).toContain('twice');
    await expect(client.tools.call('twice', { n: 2 })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    writeFileSync(home.config, '{ "policy": { "allow": 7 } }');
    process.kill(pid, 'SIGHUP');
    await said('not reloaded');
    await expect(client.tools.call('twice', { n: 2 })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    heard.length = 0;
    writeFileSync(home.config, JSON.stringify({ tools: [join(home.folder, 'tools')] }));
    process.kill(pid, 'SIGHUP');
    await said('reloaded');
    expect(await client.tools.call('twice', { n: 2 })).toBe(4);
    await client.close();
  });

  it('has the tools of packages that are installed where its configuration is, also in the background', async () => {
    const home = new Home();
    const folder = join(home.folder, 'config', 'stint', 'node_modules', 'some-tools');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"type":"module","exports":"./index.js"}');
    const tool = "name: 'seven', description: 'x', category: 'x', security: 'safe', input: {}, handler: () => 7";
    writeFileSync(join(folder, 'index.js'), `export default { ${tool} };`);
    writeFileSync(home.config, '{"tools":["some-tools"]}', { mode: 0o600 });
    await home.start();
    await using client = await connect(home.socket);
    expect(await client.tools.call('seven', {})).toBe(7);
  });

  it('that is told to read its configuration twice at once has the one that it read last', async () => {
    const home = new Home();
    const tools = join(home.folder, 'tools');
    mkdirSync(tools);
    const hooks: Record<string, unknown> = {};
    Object.assign(globalThis, { reloadTest: hooks });
    onTestFinished(() => void Reflect.deleteProperty(globalThis, 'reloadTest'));
    const tool = "{ name: 'slow', description: 'x', category: 'x', security: 'safe', input: {}, handler: () => 1 }";
    writeFileSync(
      join(tools, 'slow.tool.mjs'),
      `export async function tools() { reloadTest.begun(); await reloadTest.goOn; return ${tool}; }`,
    );
    writeFileSync(home.config, '{}', { mode: 0o600 });
    const serving = await serve({
      listen: [],
      config: home.config,
      configOptional: false,
      grace: 0,
      log: () => undefined,
    });
    let goOn!: () => void;
    hooks.goOn = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const begun = new Promise<void>((resolve) => {
      hooks.begun = resolve;
    });
    writeFileSync(home.config, JSON.stringify({ tools: [tools] }));
    const first = serving.reload();
    await begun;
    writeFileSync(home.config, '{}');
    const second = serving.reload();
    // Longer than the second would take if it did not wait for the first.
    for (let i = 0; i < 50; i += 1) await stat(home.config);
    goOn();
    await Promise.all([first, second]);
    const has = serving.kernel.tools.has('slow');
    await serving.close();
    expect(has).toBe(false);
  });

  it('ends in good order on SIGTERM: what is in flight ends first', async () => {
    const home = new Home();
    const pid = await home.start('--grace', '20s');
    const client = await connect(home.socket);
    let begun!: () => void;
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const script = client.scripts.run(
      { language: 'lua', code: 'print("on") sleep(300) return "whole"' },
      { output: () => begun() },
    );
    await running;
    process.kill(pid, 'SIGTERM');
    expect(await script).toBe('whole');
    await ended(pid);
    expect(existsSync(home.socket)).toBe(false);
    const log = readFileSync(home.log, 'utf8');
    expect(log).toContain('"asked to end"');
  });

  it('is waited for by `stint stop` as long as its phases take, which says what for', async () => {
    const home = new Home();
    await home.start('--grace', '20s');
    await using client = await connect(home.socket);
    let begun!: () => void;
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    // Longer than the command line takes to begin.
    const code = 'print("on") sleep(3000) return "whole"';
    const script = client.scripts.run({ language: 'lua', code }, { output: () => begun() });
    await running;
    expect(await home.stint(['stop'])).toEqual({
      stdout: '',
      stderr: 'stint: 1 requests in flight have 20000 ms to end by themselves\nstint: the daemon has ended\n',
      status: 0,
    });
    expect(await script).toBe('whole');
  });

  it('in the foreground prints where it listens, with tokens in files of their own', async () => {
    const home = new Home();
    const child = home.spawn(['serve', '--tcp', '127.0.0.1:0', '--http', '127.0.0.1:0']);
    let printed = '';
    child.stdout?.setEncoding('utf8').on('data', (data: string) => {
      printed += data;
    });
    while (printed.split('\n').length < 4) await once(child.stdout as never, 'data');
    expect(printed).toMatch(/^unix:.*\ntcp:\/\/127.0.0.1:\d+\nhttp:\/\/127.0.0.1:\d+\n$/);
    for (const kind of ['tcp', 'http']) {
      const client = await connect(join(home.folder, 'run', 'stint', `daemon-${kind}.json`));
      await client.ping();
      await client.close();
    }
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect((await exit)[0]).toBe(0);
    expect(existsSync(join(home.folder, 'run', 'stint', 'daemon-tcp.json'))).toBe(false);
  });

  it.each([
    ['{ "policy": { "security": "x" } }', "policy/security is 'x'"],
    ['{ "policy": { "files": { "read": "x" } } }', "policy/files/read is 'x'"],
    ['{ "limits": { "inFlight": 0 } }', 'limits/inFlight is 0'],
  ])('says where its configuration is wrong: %s', async (config, why) => {
    const home = new Home();
    writeFileSync(home.config, config);
    const { status, stderr } = await home.stint(['serve', '--detach']);
    expect(stderr).toContain(`stint: ${home.config}: ${why}`);
    expect(status).toBe(2);
  });

  it('in the foreground goes on when nobody reads its log any more', async () => {
    const home = new Home();
    const child = home.spawn(['serve']);
    await once(child.stdout as never, 'data');
    child.stderr?.destroy();
    await using client = await connect(home.socket);
    const heard: string[] = [];
    await client.onLog('notice', (_level, _logger, data) => void heard.push((data as { event: string }).event));
    for (let reloads = 1; reloads <= 2; reloads += 1) {
      child.kill('SIGHUP');
      while (heard.length < reloads) await client.ping();
    }
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect((await exit)[0]).toBe(0);
  });

  it.each([
    [['--http', 'nonsense'], /--http is 'nonsense'/],
    [['--config', '/nowhere.json'], /cannot read \/nowhere.json/],
    [['--tcp', '192.0.2.1:1'], /cannot listen at 192.0.2.1:1/],
  ])('that cannot serve (%o) says why and leaves nothing', async (flags, why) => {
    const home = new Home();
    for (const detach of [[], ['--detach']]) {
      const { status, stderr } = await home.stint(['serve', ...detach, ...flags]);
      expect(stderr).toMatch(why);
      expect(status).toBe(2);
    }
    expect(existsSync(home.socket)).toBe(false);
  });

  it('is found at an address that is named, wherever that is, and one that is none is refused', async () => {
    const home = new Home();
    chmodSync(home.folder, 0o777);
    const socket = join(home.folder, 'own.sock');
    await home.start('--unix', socket);
    expect(await home.stint(['status', '--connect', socket])).toMatchObject({ status: 0 });
    expect(await home.stint(['stop', '--connect', socket])).toMatchObject({ status: 0 });
    const { stderr, status } = await home.stint(['status', '--connect', 'foo://there']);
    expect(stderr).toContain("--connect is 'foo://there'; it must be a path, or an address");
    expect(status).toBe(2);
  });

  it('is not looked for in a directory of somebody else', async () => {
    const home = new Home();
    await home.start();
    expect(await findDaemon('/tmp/daemon.sock')).toBeUndefined();
    symlinkSync(join(home.folder, 'run', 'stint'), join(home.folder, 'link'));
    expect(await findDaemon(join(home.folder, 'link', 'daemon.sock'))).toBeUndefined();
    const client = await findDaemon(home.socket);
    expect(client).toBeDefined();
    await client?.close();
  });
});

describe('a systemd unit', () => {
  it('is printed, with what has a meaning to systemd quoted', async () => {
    const unit = systemdUnit('/usr/bin/node', '/a b/100%/main.js', ['--unix', '/x$y'], 60_000);
    expect(unit).toContain('ExecStart=/usr/bin/node "/a b/100%%/main.js" serve --unix /x$$y\n');
    expect(unit).toContain('TimeoutStopSec=85\n');
    const home = new Home();
    const { stdout, status } = await home.stint(['serve', '--print-unit', '--http', '127.0.0.1:4800']);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^\[Unit\]\n[\s\S]*ExecStart=.* serve --http 127\.0\.0\.1:4800\n[\s\S]*WantedBy=default.target\n$/,
    );
  });
});
