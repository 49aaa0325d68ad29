import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRuntime } from '#stint/index';
import { defineTool, loadDirectory, loadPackage, ToolRegistry } from '#stint/tools/index';
import { loadModuleTools } from '#stint/tools/plugins/module-tools';
import { errorOf } from './calling.js';

let folder: string;
const runtime = await createRuntime({ threads: 1 });
afterAll(() => runtime.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stint-plugins-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (files: Record<string, string>) => {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
};

async function registryOf(files: Record<string, string>, others: ConstructorParameters<typeof ToolRegistry>[0] = {}) {
  put(files);
  const { tools, problems } = await loadDirectory(folder);
  expect(problems).toEqual([]);
  return new ToolRegistry({ ...others, runtime, tools: [...(others.tools ?? []), ...tools] });
}

const WORDS = `--[[ tool
name: words.count
description: Counts the words
  of a text.
category: text
tags: words, count
input: {
  "type": "object", "properties": { "text": { "type": "string" } },
  "required": ["text"]
 }
output: { "type": "integer" }
example: { "input": { "text": "a b" }, "output": 2 }
example: { "description": "nothing", "input": { "text": "" }, "output": 0 }
timeout: 2s
memory: 4mb
]]
local input = ...
local count = 0
for _ in input.text:gmatch('%S+') do count = count + 1 end
return count
`;

describe('a script with a header', () => {
  it('is a tool with all that its header says', async () => {
    const registry = await registryOf({ 'words.lua': WORDS, 'readme.md': '# not a tool', 'helper.lua': 'return 1' });
    expect(registry.list()).toEqual([
      {
        name: 'words.count',
        description: 'Counts the words of a text.',
        category: 'text',
        tags: ['words', 'count'],
        security: 'safe',
      },
    ]);
    expect(registry.info('words.count')).toMatchObject({
      limits: { timeout: 2000, memory: 4 * 1024 ** 2 },
      output: { type: 'integer' },
      examples: [{ output: 2 }, { description: 'nothing' }],
    });
    expect(await registry.call('words.count', { text: 'one two three' })).toBe(3);
    expect((await errorOf(registry.call('words.count', { txt: 1 }))).message).toContain('input.text is missing');
    expect(await registry.test('words.count')).toMatchObject({ passed: true });
  });

  it('may be JavaScript or TypeScript', async () => {
    const registry = await registryOf({
      'a.js': '/* tool\nname: js\ndescription: x\n*/\nexport default args[0].n + 1;',
      'b.ts':
        '/** tool\n * name: ts\n * description: x\n * input: { "type":\n *   "object" }\n */\nconst { n }: { n: number } = args[0]; n + 2',
    });
    expect(await registry.call('js', { n: 1 })).toBe(2);
    expect(await registry.call('ts', { n: 1 })).toBe(3);
    expect(registry.info('ts').input).toEqual({ type: 'object' });
  });

  it('runs under limits', async () => {
    const registry = await registryOf({
      'endless.lua': '--[[ tool\nname: endless\ndescription: x\ntimeout: 50ms\n]]\nwhile true do end',
      'hungry.lua': '--[[ tool\nname: hungry\ndescription: x\nmemory: 1mb\n]]\nreturn string.rep("x", 10000000)',
      'failing.lua': '--[[ tool\nname: failing\ndescription: x\n]]\nerror("no luck")',
    });
    expect(await errorOf(registry.call('endless', {}))).toMatchObject({ code: 'TIMEOUT' });
    expect(await errorOf(registry.call('hungry', {}))).toMatchObject({ code: 'OUT_OF_MEMORY' });
    const error = await errorOf(registry.call('failing', {}));
    expect(error).toMatchObject({ code: 'TOOL_FAILED', message: "the tool 'failing' failed: failing.lua:5: no luck" });
    const controller = new AbortController();
    const call = errorOf(registry.call('endless', {}, { signal: controller.signal, timeout: '50ms' }));
    controller.abort();
    expect(await call).toMatchObject({ code: 'CANCELLED' });
  });

  it('reaches the tools that its header names, as far as the policy goes, and nothing else', async () => {
    const echo = (name: string, security: 'safe' | 'restricted') =>
      defineTool({ name, description: 'x', category: 'test', security, input: {}, handler: () => name });
    const registry = await registryOf(
      {
        'caller.lua':
          '--[[ tool\nname: caller\ndescription: x\ninput: {}\ntools: a.*, secret\n]]\nreturn tool.call((...).name, {})',
        'lister.lua': '--[[ tool\nname: lister\ndescription: x\ntools: a.*, secret\n]]\nreturn #tool.list()',
      },
      { tools: [echo('a.one', 'safe'), echo('b', 'safe'), echo('secret', 'restricted')] },
    );
    expect(await registry.call('caller', { name: 'a.one' })).toBe('a.one');
    expect((await errorOf(registry.call('caller', { name: 'b' }))).message).toContain(
      "the script's header does not name it",
    );
    expect((await errorOf(registry.call('caller', { name: 'secret' }))).message).toContain(
      "set policy.security to 'restricted'",
    );
    expect(await registry.call('caller', { name: 'secret' }, { policy: { security: 'restricted' } })).toBe('secret');
    expect(await registry.call('lister', {})).toBe(1);
  });

  it.each([
    ['--[[ tool\nname: x\ncolour: red\n]]', "the line 'colour: red'"],
    ['--[[ tool\nname: x\nname: y\n]]', "has 'name:' twice"],
    ['--[[ tool\nname: x\ninput: {"a"\n]]', "has no JSON after 'input:'"],
    ['--[[ tool\nname: X Y\ndescription: x\n]]', "tool.name is 'X Y'"],
    ['--[[ tool\nname: x\n]]', 'tool.description is undefined'],
    ['--[[ tool\nname: x\ndescription: x\nsecurity: none\n]]', "tool.security is 'none'"],
    ['--[[ tool\nname: x\ndescription: x\ntimeout: soon\n]]', "tool.limits.timeout is 'soon'"],
    ['--[[ tool\nname: x\ndescription: x\ninput: 5\n]]', 'tool.input is 5'],
    ['--[[ tool\n]]', 'tool.name is undefined'],
    ['--[[ tool\nnothing\n]]', "the line 'nothing'"],
    ['--[[ tool\nname: x\ndescription: x\n', 'is not closed'],
  ])('that is wrong is told of, with its file, and keeps no other one out: %j', async (header, message) => {
    put({ 'wrong.lua': header, 'words.lua': WORDS });
    const { tools, problems } = await loadDirectory(folder);
    expect(tools.map(({ name }) => name)).toEqual(['words.count']);
    expect(problems).toMatchObject([{ code: 'INVALID_ARGUMENT' }]);
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.message).toContain(join(folder, 'wrong.lua'));
  });
});

describe('a directory of tools', () => {
  it('may have modules, whose tools need nothing of stint', async () => {
    const plain = (name: string) =>
      `{ name: '${name}', description: 'x', category: 'test', security: 'safe', input: {}, handler: () => '${name}' }`;
    const registry = await registryOf({
      'one.tool.mjs': `export default ${plain('one')};`,
      'more.tool.mjs': `export const tools = [${plain('two')}, ${plain('three')}];`,
      'made.tool.mjs': `export default async () => [${plain('made')}];`,
      'not-a-tool.mjs': 'throw new Error("it was loaded")',
    });
    expect(registry.list().map(({ name }) => name)).toEqual(['made', 'one', 'three', 'two']);
    expect(await registry.call('made', {})).toBe('made');
  });

  it.each([
    ['one.tool.mjs', (tool: string) => `export default ${tool};`],
    ['one.tool.cjs', (tool: string) => `module.exports = ${tool};`],
  ])('has modules (%s) read anew that have changed, also what could not be read before', async (name, moduleOf) => {
    const says = (text: string) =>
      `{ name: 'one', description: 'x', category: 'test', security: 'safe', input: {}, handler: () => '${text}' }`;
    const heard: unknown[] = [];
    for (const content of [moduleOf(says('first')), moduleOf(says('first')), '(', moduleOf(says('then'))]) {
      put({ [name]: content });
      const { tools } = await loadDirectory(folder);
      heard.push(tools.length === 0 ? 'nothing' : await new ToolRegistry({ runtime, tools }).call('one', {}));
    }
    expect(heard).toEqual(['first', 'first', 'nothing', 'then']);
  });

  it('may have CommonJS modules that export their tools by name', async () => {
    const tool = `{ name: 'one', description: 'x', category: 'test', security: 'safe', input: {}, handler: () => 1 }`;
    put({ 'one.tool.cjs': `module.exports = { tools: [${tool}] };` });
    expect((await loadDirectory(folder)).tools.map(({ name }) => name)).toEqual(['one']);
  });

  it.each(['await new Promise(() => {});', 'export default () => new Promise(() => {});'])(
    'does not wait for ever for a module: %s',
    async (code) => {
      put({ 'endless.tool.mjs': code });
      const file = join(folder, 'endless.tool.mjs');
      const error = await errorOf(loadModuleTools(pathToFileURL(file).href, file, 50));
      expect(error).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: `cannot load the tools of ${file}: it takes longer than 50 ms`,
      });
    },
  );

  it.each([
    ['throws', 'throw new Error("boo")', 'boo'],
    ['has a wrong syntax', 'export {', 'Unexpected'],
    ['exports nothing', 'export const x = 1;', 'exports no tools'],
    ['exports no tool', 'export default [5];', 'which is no tool'],
    ['exports half a tool', 'export default { name: "x" };', 'tool.security'],
  ])('says which module %s', async (_, code, message) => {
    put({ 'bad.tool.mjs': code });
    const { problems } = await loadDirectory(folder);
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.message).toContain('bad.tool.mjs');
  });

  it('that is none is told of', async () => {
    expect((await errorOf(loadDirectory(join(folder, 'nowhere')))).message).toContain(
      'cannot read the directory of tools',
    );
  });

  it('cannot take the place of a tool that is there', async () => {
    put({ 'words.lua': WORDS });
    const [tool] = (await loadDirectory(folder)).tools;
    const registry = new ToolRegistry({ tools: tool === undefined ? [] : [tool] });
    expect(() => registry.add(tool as never)).toThrow("there is a tool 'words.count' already");
  });
});

describe('a package of tools', () => {
  it('is found as an import would find it', async () => {
    put({
      'node_modules/stint-tools-fun/package.json': JSON.stringify({
        name: 'stint-tools-fun',
        type: 'module',
        exports: { import: './main.js' },
      }),
      'node_modules/stint-tools-fun/main.js':
        "export const tools = [{ name: 'fun', description: 'x', category: 'test', security: 'safe', input: {}, handler: () => 'fun' }];",
      'deep/down/any.txt': '',
    });
    const tools = await loadPackage('stint-tools-fun', join(folder, 'deep/down'));
    expect(await new ToolRegistry({ tools }).call('fun', {})).toBe('fun');
  });

  it('that is missing is told of', async () => {
    expect(await errorOf(loadPackage('no-such-package', folder))).toMatchObject({ code: 'DEPENDENCY_MISSING' });
  });
});
