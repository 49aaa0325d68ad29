import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinTools } from '#stint/tools/index';
import { MAIN, runStint, type StintOptions, spawnStint, startStint } from './run-stint.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stint-cli-'));
  const files = {
    'hello.lua': 'print("hi", ...) return 1, 2',
    'endless.lua': 'print("on") while true do end',
    'deaf.lua': 'print("on") while true do string.find(string.rep("a", 20000), ".-.-.-.-b") end',
    'throws.js': 'function f() {\n  throw new TypeError("bad");\n}\nf();',
    'typed.ts': 'const [name]: string[] = args; export default { name };',
    'hungry.js': 'const a = []; for (;;) a.push(new Uint8Array(100_000));',
    'wrong.ts': 'let x: number = ;',
    'empty.lua': '',
    'wordy.lua': 'while true do io.write(string.rep("x", 100000)) end',
    'binary.js': Buffer.from([0x66, 0xff, 0xfe, 0x00]),
    'chatty.lua': 'for i = 1, 20000 do print("line", i) end',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  mkdirSync(join(folder, 'folder.lua'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (args: string[]) => startStint(args, folder);
const stint = (args: string[], options?: StintOptions) => runStint(args, folder, options);

describe('what scripts may reach', () => {
  it('is nothing without a flag, and says which flag is missing', async () => {
    const { stderr, status } = await stint(['eval', 'tcp.connect("127.0.0.1", 8080)', '--language', 'lua']);
    expect(status).toBe(1);
    expect(stderr).toContain("--net is empty; add '127.0.0.1:8080' to --net");
    const clock = await stint(['eval', 'time.now()', '--language', 'lua']);
    expect(clock.stderr).toContain('time.now is not permitted: --time is not given; give it');
  });

  it('is what --net and --time permit', async () => {
    const code = 'local l = tcp.listen("127.0.0.1", 0) return l:address().port > 0 and time.now() >= 0';
    const args = ['eval', code, '--language', 'lua', '--net', 'example.com:443', '--net', '127.0.0.1:*', '--time'];
    expect(await stint(args)).toMatchObject({ stdout: 'true\n', status: 0 });
  });

  it('is refused with the flag that is wrong', async () => {
    const { stderr, status } = await stint(['eval', '1', '--net', 'nonsense']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/--net is 'nonsense'; it must be 'host:port'/);
  });
});

describe('stint run', () => {
  it('prints output and result', async () => {
    expect(await stint(['run', 'hello.lua', '--arg', 'x'])).toEqual({
      stdout: 'hi\tx\n[ 1, 2 ]\n',
      stderr: '',
      status: 0,
    });
    expect(await stint(['run', 'typed.ts', '--arg', 'Ada'])).toEqual({
      stdout: "{ name: 'Ada' }\n",
      stderr: '',
      status: 0,
    });
  });

  it('tells of an error with the calls that led to it, and no frames of its own', async () => {
    const { stderr, status } = await stint(['run', 'throws.js']);
    expect(status).toBe(1);
    expect(stderr).toContain('throws.js: line 2: bad (TypeError)');
    expect(stderr).toContain('at f (throws.js:2:');
    expect(stderr).not.toContain('dist/');
  });

  it.each([
    ['nothing.lua', 2, 'there is no such file'],
    ['folder.lua', 2, 'is a directory'],
    ['script.py', 2, 'must be a file that ends in'],
    ['binary.js', 1, 'not UTF-8'],
    ['wrong.ts', 1, 'line 1: Expression expected'],
    ['hungry.js', 137, 'more than its limit of 8388608 bytes of memory; raise --memory'],
    ['wordy.lua', 1, 'more than 1048576 bytes of output; raise --output'],
  ])('says in one line what is wrong with %s, and exits with %i', async (file, expected, message) => {
    const { stderr, status } = await stint(['run', file, '--memory', '8mb']);
    expect(status).toBe(expected);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('runs the other files although one cannot be run, and exits with the worst status', async () => {
    const { stdout, stderr, status } = await stint([
      'run',
      'nothing.lua',
      'empty.lua',
      'hello.lua',
      'endless.lua',
      '--timeout',
      '200ms',
    ]);
    expect(status).toBe(124);
    expect(stdout).toContain('hello.lua | hi\n');
    expect(stdout).toContain('hello.lua | [ 1, 2 ]\n');
    expect(stderr).toContain('endless.lua: the task did not end within 200 ms');
    expect(stderr).toContain('nothing.lua');
  });

  it.each([
    [['run', 'hello.lua', '--timeout', '5parsecs'], '--timeout'],
    [['run', 'hello.lua', '--memory', '-1'], '--memory'],
    [['run', 'hello.lua', '--parallel', 'x'], '--parallel'],
    [['run'], 'missing required argument'],
    [['run', 'hello.lua', '--fast'], 'unknown option'],
    [['fly'], 'unknown command'],
    [['run', 'script.py'], "FILE is 'script.py'"],
    [['run', 'hello.lua', '--security', 'high'], '--tool NAME'],
    [['run', 'hello.lua', '--tools', 'nowhere'], '--tool NAME'],
    [['eval', '1', '--read', '.'], '--tool NAME'],
    [['eval', '1', '--language', 'perl'], "--language is 'perl'"],
  ])('exits with 2 and names what is wrong: %j', async (args, message) => {
    const { stdout, stderr, status } = await stint(args);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toContain(message);
  });

  it('prints one JSON text for each task with --json', async () => {
    const { stdout, status } = await stint(['run', 'hello.lua', 'throws.js', 'nothing.lua', '--json']);
    const tasks = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(status).toBe(1);
    expect(tasks.find(({ file }) => file === 'hello.lua')).toMatchObject({
      kind: 'completed',
      value: [1, 2],
      stdout: 'hi\n',
    });
    expect(tasks.find(({ file }) => file === 'throws.js')).toMatchObject({
      kind: 'failed',
      error: { code: 'SCRIPT_ERROR', line: 2 },
    });
    expect(tasks.find(({ file }) => file === 'nothing.lua')).toMatchObject({
      kind: 'failed',
      error: { code: 'INVALID_ARGUMENT' },
    });
  });

  it.each(['endless.lua', 'deaf.lua'])('stops %s cleanly on the first Ctrl-C', async (file) => {
    const child = start(['run', file]);
    const stderr = text(child.stderr as never);
    await once(child.stdout as never, 'data');
    child.kill('SIGINT');
    const [status] = await once(child, 'close');
    expect(status).toBe(130);
    expect(await stderr).toContain('press Ctrl-C again to end at once');
    expect(await stderr).toContain('was cancelled: interrupted');
  });

  it('ends quietly when its reader goes away', async () => {
    const child = start(['run', 'chatty.lua']);
    const stderr = text(child.stderr as never);
    await once(child.stdout as never, 'data');
    child.stdout?.destroy();
    await once(child, 'close');
    expect(await stderr).toBe('');
  });

  it.runIf(existsSync('/usr/bin/script'))('shows a progress line that never wraps, on a narrow terminal', async () => {
    const command = 'stty cols 20; exec node "$MAIN" run hello.lua throws.js empty.lua 2>&1 >/dev/null';
    const child = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      env: { ...process.env, MAIN, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const shown = (await text(child.stdout)).split('\r\x1b[2K').filter((part) => part.includes('to do'));
    expect(shown.length).toBeGreaterThan(0);
    for (const line of shown) expect(line.length).toBeLessThan(20);
  });

  describe.runIf(process.platform === 'linux')('with a full disk', () => {
    const FULL = '/dev/full';

    it.each([[['eval', '1']], [['run', 'chatty.lua']], [['tool', 'list']], [['doctor']], [['--help']]])(
      'under its output says so in a line, and exits with 3: %j',
      async (args) => {
        const full = openSync(FULL, 'w');
        const child = spawnStint(args, folder, {}, ['ignore', full, 'pipe']);
        closeSync(full);
        const [stderr, [status]] = await Promise.all([text(child.stderr as never), once(child, 'close')]);
        expect(stderr).toMatch(/^stint: cannot write to standard output: ENOSPC.*\n(Waiting for the debugger.*\n)?$/);
        expect(status).toBe(3);
      },
    );

    it('under standard error gives its results all the same', async () => {
      const full = openSync(FULL, 'w');
      const child = spawnStint(['eval', 'console.error("x"); 6 * 7'], folder, {}, ['ignore', 'pipe', full]);
      closeSync(full);
      const [stdout, [status]] = await Promise.all([text(child.stdout as never), once(child, 'close')]);
      expect({ stdout, status }).toEqual({ stdout: '42\n', status: 0 });
    });
  });
});

describe('a tool that is not there', () => {
  it.each([[['run', 'hello.lua']], [['eval', '1']], [['repl']]])('is wrong usage: %j', async (args) => {
    const { stderr, status } = await stint([...args, '--tool', 'nope']);
    expect(stderr).toMatch(/^stint: there is no tool 'nope'/);
    expect(status).toBe(2);
  });
});

describe('stint eval', () => {
  it('evaluates an argument or standard input', async () => {
    expect(await stint(['eval', '6 * 7'])).toEqual({ stdout: '42\n', stderr: '', status: 0 });
    expect(await stint(['eval', '-', '--language', 'lua'], { input: 'return _VERSION' })).toEqual({
      stdout: 'Lua 5.4\n',
      stderr: '',
      status: 0,
    });
  });
});

describe('stint repl', () => {
  it('keeps the last value, goes on over several lines and survives errors', async () => {
    const input = '6 * 7\n_ + 1\nfunction f() {\nreturn 5\n}; f()\nnope\n1\n';
    const { stdout, stderr, status } = await stint(['repl'], { input });
    expect(status).toBe(0);
    expect(stdout).toBe('42\n43\n5\n1\n');
    expect(stderr).toContain('nope');
  });

  it.each(['javascript', 'typescript'])(
    'goes on wherever the input stops short, and not where it is wrong: %s',
    async (language) => {
      const input = '1 +\n2\nif (true)\n4\nconst f = (n) =>\nn * 2; f(4)\n`a\nb`.length\n(1 +* 2)\n[")"\n].length\n';
      const { stdout, stderr } = await stint(['repl', '--language', language], { input });
      expect(stdout).toBe('3\n4\n8\n3\n1\n');
      expect(stderr.match(/SyntaxError/g)).toHaveLength(1);
    },
  );

  it('takes an object for a value, a block for a block, and _ for a name like others', async () => {
    const input = '{ a: 1, b: 2 }\n{ let x = _.a; x + 1 }\nconst _ = 5; _\n';
    expect(await stint(['repl'], { input })).toEqual({ stdout: '{ a: 1, b: 2 }\n2\n5\n', stderr: '', status: 0 });
  });

  it('says which of its own commands there is not', async () => {
    const { stdout, stderr } = await stint(['repl'], { input: '.quit\n.5\n' });
    expect({ stdout, stderr }).toEqual({
      stdout: '0.5\n',
      stderr: 'stint: there is no command .quit; .help lists them\n',
    });
  });

  it('speaks Lua: expressions and statements', async () => {
    const { stdout } = await stint(['repl', '--language', 'lua'], {
      input: '1 + 1\nfor i = 1, 2 do\nprint(i)\nend\n_ * 10\n',
    });
    expect(stdout).toBe('2\n1\n2\n20\n');
  });
});

describe('stint --help', () => {
  it('names every command, and each has examples', async () => {
    const { stdout, status } = await stint(['--help']);
    expect(status).toBe(0);
    for (const command of ['run', 'eval', 'repl', 'bench', 'soak']) {
      expect(stdout).toContain(command);
      expect((await stint([command, '--help'])).stdout).toMatch(/Examples?:/);
    }
  });

  it('names only tools that there are, and no default that is an empty list', async () => {
    const names = builtinTools().map(({ name }) => name);
    for (const command of ['run', 'eval', 'soak', 'bench']) {
      const { stdout } = await stint([command, '--help']);
      expect(stdout).not.toContain('(default: [])');
      for (const [, name] of stdout.matchAll(/^ {2}\$ .*?--tool (\S+)/gm)) expect(names).toContain(name);
    }
  });

  it.each([[['--help']], [['run', '--help']], [['help', 'serve']]])(
    'ends quietly when its reader goes away: %j',
    async (args) => {
      const child = start(args);
      child.stdout?.destroy();
      const [stderr, [status]] = await Promise.all([text(child.stderr as never), once(child, 'close')]);
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    },
  );

  it('tells the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect((await stint(['--version'])).stdout).toBe(`${version}\n`);
  });
});
