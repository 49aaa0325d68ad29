import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchingArgument } from '#stint/tools/access/launching-arguments';
import type { PolicyOptions } from '#stint/tools/index';
import { until } from '../io/local.js';
import { isAlive } from '../processes.ts';
import { refusalWithin, within } from './calling.js';

const OWNER = fileURLToPath(new URL('./programs/runs-a-program.mjs', import.meta.url));

let folder: string;
/** A program of the test's own, whose name is on no list. */
let probe: string;
let policy: PolicyOptions;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'stint-commands-')));
  probe = join(folder, 'probe');
  writeFileSync(
    probe,
    `#!${process.execPath}
const [what, ...rest] = process.argv.slice(2);
const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
if (what === 'echo') process.stdout.write(rest.join('|'));
if (what === 'env') process.stdout.write(JSON.stringify(process.env));
if (what === 'cwd') process.stdout.write(process.cwd());
if (what === 'cat') process.stdin.pipe(process.stdout);
if (what === 'fail') { process.stderr.write('bad'); process.exit(3); }
if (what === 'much') for (let i = 0; i < 1000; i++) process.stdout.write('x'.repeat(1000));
if (what === 'hang' || what === 'stubborn') {
  if (what === 'stubborn') process.on('SIGTERM', () => {});
  const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  writeFileSync(rest[0], process.pid + ' ' + child.pid);
  setInterval(() => {}, 1000);
}
if (what === 'escape') {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'inherit', detached: true });
  writeFileSync(rest[0], String(child.pid));
  child.unref();
  process.stdout.write('done');
}
if (what === 'leave') {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
  writeFileSync(rest[0], String(child.pid));
  child.unref();
}
`,
  );
  chmodSync(probe, 0o755);
  policy = { commands: [probe], environment: ['PATH'] };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function workingDirectoryOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // It has ended, or is another user's.
    return undefined;
  }
}

const pidsIn = (file: string): number[] => readFileSync(file, 'utf8').split(' ').map(Number);

describe('a program', () => {
  it('gets its arguments as they are, through no shell', async () => {
    const args = ['$(id)', '; rm -rf /', '`id`', '*', '"', "'", '\n', '-', '', 'ü', '&&', '|', '>x'];
    const { result, events } = await within(policy, async ({ execute }) => {
      const { status, stdout } = await execute(probe, ['echo', ...args]);
      return [status, String(stdout)];
    });
    expect(result).toEqual([0, args.join('|')]);
    expect(events[0]?.reached[0]).toMatchObject({ door: 'execute', permitted: true });
  });

  it('gives status, output and errors, and reads its input', async () => {
    await within(policy, async ({ execute }) => {
      expect(await execute(probe, ['fail'])).toMatchObject({ status: 3, signal: null });
      expect(String((await execute(probe, ['fail'])).stderr)).toBe('bad');
      expect(String((await execute(probe, ['cat'], { input: 'hello' })).stdout)).toBe('hello');
      // It never reads it.
      expect(await execute(probe, ['fail'], { input: 'x'.repeat(1_000_000) })).toMatchObject({ status: 3 });
    });
  });

  it('sees of the environment what the policy names, and nothing else', async () => {
    process.env['STINT_TEST_SECRET'] = 'secret';
    process.env['STINT_TEST_NAMED'] = 'named';
    onTestFinished(() => {
      delete process.env['STINT_TEST_SECRET'];
      delete process.env['STINT_TEST_NAMED'];
    });
    const environment = ['PATH', 'STINT_TEST_NAMED', 'STINT_TEST_UNSET'];
    const { result } = await within({ ...policy, environment }, async ({ execute }) =>
      JSON.parse(String((await execute(probe, ['env'])).stdout)),
    );
    // And by what it is known as the call's.
    expect(result).toEqual({
      PATH: process.env['PATH'],
      STINT_TEST_NAMED: 'named',
      STINT_CHILD: expect.stringMatching(/^stint-/),
    });
  });

  it('runs in a scratch directory, or in one below a root', async () => {
    const { result } = await within({ ...policy, files: { read: [folder] } }, async ({ execute, scratch }) => [
      String((await execute(probe, ['cwd'])).stdout) === (await scratch()),
      String((await execute(probe, ['cwd'], { cwd: folder })).stdout),
    ]);
    expect(result).toEqual([true, folder]);
    const error = await refusalWithin(policy, ({ execute }) => execute(probe, ['cwd'], { cwd: '/' }));
    expect(error).toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  it('ends when it prints too much', async () => {
    const error = await refusalWithin({ ...policy, limits: { memory: 10_000 } }, ({ execute }) =>
      execute(probe, ['much']),
    );
    expect(error.code).toBe('OUTPUT_LIMIT');
  });

  it.each(['hang', 'stubborn'])('that is to %s ends with the call, and all that it started', async (how) => {
    const file = join(folder, `${how}.pid`);
    const controller = new AbortController();
    const call = refusalWithin(policy, ({ execute }) => execute(probe, [how, file]), { signal: controller.signal });
    await until(() => existsSync(file) && pidsIn(file).length === 2);
    controller.abort();
    expect(await call).toMatchObject({ code: 'CANCELLED' });
    await until(() => pidsIn(file).every((pid) => !isAlive(pid)));
  });

  it('leaves nothing behind when it ends by itself', async () => {
    const file = join(folder, 'left.pid');
    await within(policy, async ({ execute }) => (await execute(probe, ['leave', file])).status);
    await until(() => pidsIn(file).every((pid) => !isAlive(pid)));
  });

  it('ends with the call that has not waited for it', async () => {
    const file = join(folder, 'forgotten.pid');
    await within(policy, async ({ execute }) => {
      void execute(probe, ['hang', file]);
      await until(() => existsSync(file) && pidsIn(file).length === 2);
    });
    expect(pidsIn(file).filter(isAlive)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('ends when the process that runs it is killed', async () => {
    const state = join(folder, 'state');
    const owner = spawn(process.execPath, [OWNER], {
      env: { PATH: process.env['PATH'], XDG_STATE_HOME: state },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void owner.kill('SIGKILL'));
    const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
    const running = () =>
      readdirSync('/proc')
        .filter((pid) => Number(pid) > 1)
        .filter((pid) => isAlive(Number(pid)) && workingDirectoryOf(pid) === line);
    await until(() => running().length === 1);
    owner.kill('SIGKILL');
    await until(() => running().length === 0 && !existsSync(line));
  });

  it('does not hold the call up by what got away with its output', async () => {
    const file = join(folder, 'escaped.pid');
    const { result } = await within(policy, async ({ execute }) =>
      String((await execute(probe, ['escape', file])).stdout),
    );
    expect(result).toBe('done');
    // It is known by its mark.
    expect(pidsIn(file).filter(isAlive)).toEqual([]);
  });

  it('is told of if it is not there', async () => {
    const missing = { commands: ['no-such-program', '/no/such/program'] };
    expect(await refusalWithin(missing, ({ execute }) => execute('no-such-program'))).toMatchObject({
      code: 'DEPENDENCY_MISSING',
    });
    expect(await refusalWithin(missing, ({ execute }) => execute('/no/such/program'))).toMatchObject({
      code: 'TOOL_FAILED',
    });
  });
});

describe('what may be run', () => {
  it.each(['ls', '/bin/ls', 'Probe', './probe', 'probe', '../probe'])(
    'is what policy.commands has, not %s',
    async (command) => {
      const error = await refusalWithin(policy, ({ execute }) => execute(command));
      expect(error.code).toBe('PERMISSION_DENIED');
      expect(error.message).toContain(`add '${command}' to policy.commands`);
    },
  );

  it.each<[string, string[]]>([
    ['find', ['.', '-exec', 'id', ';']],
    ['find', ['.', '-delete']],
    ['/usr/bin/find', ['-ok', 'id']],
    ['tar', ['cf', 'x', '--to-command=id', 'y']],
    ['tar', ['--checkpoint=1', '--checkpoint-action=exec=id']],
    ['tar', ['xIf', 'id', 'y']],
    ['tar', ['-x', '-zIid']],
    ['git', ['-c', 'core.pager=id', 'log']],
    ['git', ['clone', '--upload-pack=id', 'x']],
    ['rsync', ['-e', 'id', 'a', 'b']],
    ['ssh', ['-oProxyCommand=id', 'host']],
    ['sort', ['--compress-program=id']],
    ['sort', ['--o=file']],
    ['git', ['diff', '--no-index', '--output=file', 'a', 'b']],
    ['git', ['--git-dir=elsewhere', 'status']],
    ['zip', ['-T', '-TT', 'id', 'a', 'b']],
    ['sh', ['-c', 'id']],
    ['env', ['id']],
    ['xargs', []],
    ['python3', ['x.py']],
    ['python3.12', ['x.py']],
    ['lua5.4', ['x.lua']],
    ['nodejs', []],
    ['rg', ['--pre=id', 'x']],
    ['curl', ['-so', '/etc/x', 'http://example.com']],
    ['curl', ['--output-dir', '/etc', 'http://example.com']],
  ])('does not launch another program: %s %j', async (command, args) => {
    const error = await refusalWithin({ commands: [command] }, ({ execute }) => execute(command, args));
    expect(error.code).toBe('PERMISSION_DENIED');
    expect(error.message).toContain(`add { command: '${command}', anyArguments: true } to policy.commands`);
  });

  it.each<[string, string[]]>([
    ['find', ['.', '-name', '-exec.txt']],
    ['tar', ['-tf', 'x.tar']],
    ['tar', ['tf', 'Info.tar']],
    ['git', ['log', '--oneline']],
    ['ls', ['-la']],
    ['curl', ['-sS', '--max-time', '5', 'http://example.com']],
    ['7z', ['l', 'x']],
  ])('has arguments that do not: %s %j', (command, args) => {
    expect(launchingArgument(command, args)).toBeUndefined();
  });

  it('takes any arguments where the policy says so', async () => {
    const { result } = await within({ commands: [{ command: 'find', anyArguments: true }] }, async ({ execute }) =>
      String((await execute('find', ['.', '-maxdepth', '0', '-exec', 'echo', 'ran', ';'])).stdout),
    );
    expect(result).toBe('ran\n');
  });

  it.each([[['a\0b']], [[5]], [['x'.repeat(200_000)]], [[{ toString: () => 'x' }]]])(
    'takes no arguments such as %j',
    async (args) => {
      const error = await refusalWithin(policy, ({ execute }) => execute(probe, args as string[]));
      expect(error.code).toBe('TOOL_INPUT');
    },
  );

  it('is found by the path of the host, not by one that the policy hands on', async () => {
    writeFileSync(join(folder, 'ls'), '#!/bin/sh\necho planted\n', { mode: 0o755 });
    const { result } = await within({ commands: ['ls'], files: { read: [folder] } }, async ({ execute }) =>
      String((await execute('ls', ['-d', '/'], { cwd: folder })).stdout),
    );
    expect(result).toBe('/\n');
  });
});

describe('an environment variable', () => {
  it('is read if the policy names it', async () => {
    const named = { environment: ['PATH', 'STINT_TEST_UNSET'] };
    const { result } = await within(named, ({ environment }) => [environment('PATH'), environment('STINT_TEST_UNSET')]);
    expect(result).toEqual([process.env['PATH'], undefined]);
  });

  it.each(['HOME', 'path', '__proto__', 'constructor'])('is not read else: %s', async (name) => {
    const error = await refusalWithin({ environment: ['PATH'] }, ({ environment }) => environment(name));
    expect(error.message).toContain(`add '${name}' to policy.environment`);
  });
});
