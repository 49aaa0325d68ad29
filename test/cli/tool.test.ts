import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineTool, ToolRegistry } from '#stint/tools/index';
import { toolCompleter } from '#stint/tools/tool-completer';
import { runStint, startStint } from './run-stint.ts';

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'stint-cli-tool-')));
  const files = {
    'tools/add.lua':
      '--[[ tool\nname: test.add\ndescription: Adds two numbers. It is quick.\ncategory: test\ntags: plus\n' +
      'input: { "type": "object", "properties": { "a": { "type": "number" }, "b": { "type": "number" } }, "required": ["a", "b"] }\n' +
      'example: { "input": { "a": 1, "b": 2 }, "output": 3 }\n]]\nlocal i = ... return i.a + i.b',
    'tools/doors.tool.mjs': `export const tools = [
      { name: 'test.read', description: 'Reads a file.', category: 'test', security: 'restricted', permissions: ['read'],
        input: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
        handler: async ({ path }, { files }) => String(await files.read(path)) },
      { name: 'test.run', description: 'Runs a program.', category: 'test', security: 'privileged', permissions: ['execute'],
        input: {}, handler: async (args, { execute }) => String((await execute(args[0], args.slice(1))).stdout) },
      { name: 'test.stream', description: 'Gives parts.', category: 'test', security: 'safe', input: {},
        async *handler() { yield 'one'; yield { two: 2 }; return [3]; } },
      { name: 'test.hang', description: 'Never ends.', category: 'test', security: 'safe', input: {},
        async *handler() { yield 'on'; await new Promise(() => setInterval(() => {}, 1000)); } },
    ];`,
    'wrong/broken.tool.mjs': 'export const tools = 5;',
    'twice/calculator.lua': '--[[ tool\nname: calculator\ndescription: Not that one.\ncategory: test\n]]\nreturn 1',
    'twice/other.lua': '--[[ tool\nname: other\ndescription: Another.\ncategory: test\n]]\nreturn 2',
    'wrong/wrong.lua': '--[[ tool\nname: liar\ndescription: x\nexample: { "input": {}, "output": 1 }\n]]\nreturn 2',
    'wrong/bare.lua': '--[[ tool\nname: bare\ndescription: x\n]]\nreturn 2',
    'sum.lua': 'print(tool.test.add{ a = 1, b = 2 }) return tool.test.read{ path = "note.txt" }',
    'note.txt': 'a note',
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (args: string[]) => startStint(args, folder);
const stint = (args: string[], input = '') => runStint(args, folder, { input });
const tool = (...args: string[]) => stint(['tool', ...args, '--tools', 'tools']);

describe('stint tool', () => {
  it('lists tools, some or all', async () => {
    const { stdout, status } = await tool('list', '--category', 'test');
    expect(status).toBe(0);
    expect(stdout.split('\n')).toContain('test.add     Adds two numbers.');
    expect(stdout.split('\n')).toContain('test.read    [restricted] Reads a file.');
    const json = JSON.parse((await tool('list', '--format', 'json', '--tag', 'plus')).stdout);
    expect(json).toMatchObject([{ name: 'test.add', security: 'safe', tags: ['plus'] }]);
  });

  it('finds and describes them', async () => {
    expect((await tool('search', 'adds numbers', '--category', 'test')).stdout).toMatch(/^test\.add /);
    const info = await tool('info', 'test.add');
    expect(info.stdout).toContain('test.add: Adds two numbers. It is quick.');
    expect(info.stdout).toContain("input        { type: 'object'");
    expect(info.stdout).toContain('{ a: 1, b: 2 } -> 3');
    expect(JSON.parse((await tool('info', 'test.read', '--format', 'json')).stdout)).toMatchObject({
      name: 'test.read',
      permissions: ['read'],
      input: { required: ['path'] },
    });
  });

  it('calls one with JSON from the command line or from standard input', async () => {
    expect(await tool('call', 'test.add', '{"a":1,"b":2}')).toEqual({ stdout: '3\n', stderr: '', status: 0 });
    const piped = await stint(
      ['tool', 'call', 'test.add', '-', '--tools', 'tools', '--format', 'json'],
      '{"a":1,"b":4}',
    );
    expect(piped).toEqual({ stdout: '{"tool":"test.add","result":5}\n', stderr: '', status: 0 });
  });

  it('prints parts as they come', async () => {
    expect((await tool('call', 'test.stream')).stdout).toBe('one\n{ two: 2 }\n[ 3 ]\n');
    expect((await tool('call', 'test.stream', '--format', 'json')).stdout).toBe(
      '{"tool":"test.stream","part":"one"}\n{"tool":"test.stream","part":{"two":2}}\n{"tool":"test.stream","result":[3]}\n',
    );
  });

  it('permits what flags permit, and says which flag is missing', async () => {
    const denied = await tool('call', 'test.read', '{"path":"note.txt"}');
    expect(denied).toMatchObject({ stdout: '', status: 1 });
    expect(denied.stderr).toContain(`add '${join(folder, 'note.txt')}', or a directory above it, to --read`);
    expect((await tool('call', 'test.read', '{"path":"note.txt"}', '--read', '.')).stdout).toBe('a note\n');
    const program = await tool('call', 'test.run', '["echo","hi"]', '--security', 'restricted');
    expect(program.stderr).toContain("set --security to 'privileged'");
    expect((await tool('call', 'test.run', '["echo","hi"]')).stderr).toContain("add 'echo' to --command");
    expect((await tool('call', 'test.run', '["echo","hi"]', '--command', 'echo')).stdout).toBe('hi\n\n');
    const finding = ['call', 'test.run', '["find", ".", "-name", "note.txt", "-exec", "echo", "{}", ";"]'];
    expect((await tool(...finding, '--command', 'find')).stderr).toContain("add 'find *' to --command");
    expect((await tool(...finding, '--command', 'find *')).status).toBe(0);
  });

  it.each<[string[], number, string]>([
    [['call', 'test.ad'], 2, "there is no tool 'test.ad'; did you mean test.add"],
    [['call', 'test.add', '{"a":1}'], 2, 'input.b is missing'],
    [['call', 'test.add', '{a:1}'], 2, 'the input is no JSON'],
    [['call', 'test.hang', '--timeout', '50ms'], 124, 'did not answer within 50 ms'],
    [['call', 'test.add', '{}', '--security', 'high'], 2, "--security is 'high'"],
    [['call', 'test.add', '{}', '--net', 'nonsense'], 2, "--net is 'nonsense'"],
    [['call', 'test.add', '{}', '--timeout', 'soon'], 2, "--timeout is 'soon'"],
    [['list', '--format', 'xml'], 2, "--format is 'xml'; it must be text or json"],
    [['info', 'nothing'], 2, "there is no tool 'nothing'"],
    [['list', '--plugin', 'no-such-package'], 3, "there is no package 'no-such-package'"],
    [['info'], 2, 'missing required argument'],
    [['fly'], 2, 'unknown command'],
  ])('exits with what %j comes to: %i', async (args, expected, message) => {
    const { stderr, status, stdout } = await tool(...args);
    expect(stderr).toContain(message);
    expect({ status, stdout: stdout.replace('on\n', '') }).toEqual({ status: expected, stdout: '' });
  });

  it('tells of a tool whose name another one has, and has the others', async () => {
    const { stdout, stderr, status } = await stint(['tool', 'call', 'other', '{}', '--tools', 'twice']);
    expect({ stdout, status }).toEqual({ stdout: '2\n', status: 0 });
    expect(stderr).toContain("stint: in twice: there is a tool 'calculator' already");
  });

  it('tells of an error in JSON', async () => {
    const { stdout, status } = await tool('call', 'test.add', '{}', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ tool: 'test.add', error: { code: 'TOOL_INPUT' } });
    expect(status).toBe(2);
  });

  it('tests tools by their own examples, and fails when they fail or when there are none', async () => {
    expect(await tool('test', 'test.add')).toEqual({ stdout: 'passed  test.add: 1 of 1\n', stderr: '', status: 0 });
    const wrong = await stint(['tool', 'test', 'liar', 'bare', '--tools', 'wrong']);
    expect(wrong.status).toBe(1);
    expect(wrong.stdout).toBe(
      'failed  liar: 0 of 1\n  example 1: it returned 2, not 1\n' +
        'failed  bare: it has no examples, so there was nothing to test\n',
    );
    expect(wrong.stderr).toContain('broken.tool.mjs');
    const json = await stint(['tool', 'test', 'liar', '--tools', 'wrong', '--format', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject([{ tool: 'liar', passed: false, examples: [{ passed: false }] }]);
    expect(json.status).toBe(1);
  });

  it('ends a call on Ctrl-C', async () => {
    const child = start(['tool', 'call', 'test.hang', '--tools', 'tools']);
    const stderr = text(child.stderr as never);
    await once(child.stdout as never, 'data');
    child.kill('SIGINT');
    const [status] = await once(child, 'close');
    expect(status).toBe(130);
    expect(await stderr).toContain('was cancelled: interrupted');
  });

  it('has examples in the help of each command', async () => {
    for (const command of ['list', 'search', 'info', 'call', 'test']) {
      expect((await stint(['tool', command, '--help'])).stdout).toMatch(/Examples?:/);
    }
  });
});

describe('tools of scripts', () => {
  it('are those that --tool names', async () => {
    const flags = ['--tools', 'tools', '--tool', 'test.add', '--tool', 'test.read', '--read', '.'];
    expect(await stint(['run', 'sum.lua', ...flags])).toEqual({ stdout: '3\na note\n', stderr: '', status: 0 });
    const code = 'await tool.test.add({ a: 2, b: 3 })';
    expect((await stint(['eval', code, '--tools', 'tools', '--tool', 'test.*'])).stdout).toBe('5\n');
  });

  it('are refused with the flag that is missing', async () => {
    const code = 'tool.test.read({ path: "note.txt" })';
    const none = await stint(['eval', code]);
    expect(none.status).toBe(1);
    expect(none.stderr).toContain("add 'test.read' to --tool");
    const unread = await stint(['eval', code, '--tools', 'tools', '--tool', 'test.read']);
    expect(unread.stderr).toContain('or a directory above it, to --read');
    const unsafe = await stint(['eval', code, '--tools', 'tools', '--tool', '*']);
    expect(unsafe.stderr).toContain("set --security to 'restricted'");
    const unknown = await stint(['eval', code, '--tool', 'test.reed', '--tools', 'tools']);
    expect(unknown).toMatchObject({ status: 2, stdout: '' });
    expect(unknown.stderr).toContain("there is no tool 'test.reed'; did you mean test.read");
  });

  it('that are called wrongly are failures of the script', async () => {
    for (const code of ['tool.search()', 'tool.list({ categry: "x" })', 'tool.info("nothing")']) {
      expect(await stint(['eval', code, '--tool', 'calculator'])).toMatchObject({ status: 1, stdout: '' });
    }
  });

  it('are listed by the REPL', async () => {
    const input = '.tools\nawait tool.test.add({ a: 20, b: 22 })\n';
    const { stdout } = await stint(['repl', '--tools', 'tools', '--tool', 'test.add'], input);
    expect(stdout).toContain('test.add  Adds two numbers.');
    expect(stdout).toContain('42');
  });
});

describe("the REPL's completion of names", () => {
  const named = (name: string) =>
    defineTool({ name, description: 'x', category: 'x', security: 'safe', input: {}, handler: () => 1 });
  const complete = toolCompleter(new ToolRegistry({ tools: ['json.query', 'json.merge', 'word-count'].map(named) }));

  it.each<[string, string[], string]>([
    ['x = tool.json.', ['json.merge', 'json.query'], 'json.'],
    ['tool.', ['call', 'info', 'json.merge', 'json.query', 'list', 'search'], ''],
    ['tool.call("w', ['word-count'], 'w'],
    ["await tool.info('json.q", ['json.query'], 'json.q'],
    ['mytool.', [], 'mytool.'],
    ['toolbox', [], 'toolbox'],
  ])('completes %j', (line, names, begun) => {
    expect(complete(line)).toEqual([names, begun]);
  });
});
