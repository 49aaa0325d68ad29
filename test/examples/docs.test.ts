import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'node:util';
import ts from 'typescript';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { SUITE_NAMES } from '#stint/bench/suites';
import { createRuntime } from '#stint/index';
import { builtinTools, loadDirectory, ToolRegistry } from '#stint/tools/index';

const root = fileURLToPath(new URL('../..', import.meta.url));
// In the package, so that it finds itself by its name.
const folder = mkdtempSync(join(root, 'test', 'examples', '.docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  skipLibCheck: true,
};

interface Example {
  readonly page: string;
  readonly code: string;
  /** Where it is compiled; pages name files of their own in a first comment: `// resize.ts`. */
  readonly file: string;
}

function blocks(page: string, language: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].flatMap(([, of, code]) =>
    of === language ? [code ?? ''] : [],
  );
}

const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter((page) =>
  page.endsWith('.md'),
);

function writeExamples(page: string): Example[] {
  const own = join(folder, page.replace(/\W/g, '-'));
  mkdirSync(own);
  return blocks(page, 'ts').map((code, index) => {
    const name = /^\/\/ (\w+\.ts)\n/.exec(code)?.[1];
    const file = join(own, name ?? `example-${index}.mts`);
    writeFileSync(file, code);
    return { page, code, file };
  });
}

const examples = pages.flatMap(writeExamples);

/** Runs one, and gives what it has printed. */
async function run({ code, file }: Example): Promise<string[]> {
  const { outputText } = ts.transpileModule(code, { compilerOptions: OPTIONS });
  const target = file.replace(/\.m?ts$/, '.run.mjs');
  writeFileSync(target, outputText);
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => void printed.push(format(...values)));
  try {
    await import(pathToFileURL(target).href);
  } finally {
    log.mockRestore();
  }
  return printed;
}

describe('the examples of the documentation', () => {
  it('compile, as whole programs', () => {
    // What examples name, and do not show.
    writeFileSync(join(folder, 'docs-modules-md', 'render.ts'), 'export default (text: string): string => text;');
    const program = ts.createProgram(
      examples.map(({ file }) => file),
      OPTIONS,
    );
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText, file }) => [file?.fileName, ts.flattenDiagnosticMessageText(messageText, '\n')]);
    expect(problems).toEqual([]);
  });

  // The others want files or hosts that are not here, or a minute.
  it.each(['api', 'kernel', 'mcp', 'policy', 'tools'])('of docs/%s.md run', async (page) => {
    const these = examples.filter((example) => example.page === `docs/${page}.md`);
    expect(these.length).toBeGreaterThan(0);
    for (const example of these) await run(example);
  });

  it('of docs/guide.md print what their comments say', async () => {
    const programs = examples.filter(({ page, code }) => page === 'docs/guide.md' && !/^\/\/ \w+\.ts\n/.test(code));
    expect(programs.length).toBeGreaterThan(10);
    for (const example of programs) {
      const said = [...example.code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
      expect(said.length).toBeGreaterThan(0);
      expect(await run(example)).toEqual(said);
    }
  });
});

describe('the tables of the documentation', () => {
  it.each([
    ['RuntimeOptions', 'runtime/runtime-options.ts', 'api.md', ''],
    ['RunOptions', 'runtime/run-options.ts', 'api.md', ''],
    ['Limits', 'runtime/limits.ts', 'api.md', 'limits.'],
    ['ModuleContext', 'engines/module/module-context.ts', 'modules.md', ''],
    ['KernelOptions', 'kernel/create-kernel.ts', 'kernel.md', ''],
    ['KernelLimits', 'kernel/limits.ts', 'kernel.md', ''],
    ['ToolContext', 'tools/tool-context.ts', 'tools.md', ''],
    ['WatchLeaksOptions', 'monitor/watch-leaks.ts', 'monitor.md', ''],
  ])('have every field of %s', (name, file, page, prefix) => {
    const source = ts.createSourceFile(file, readFileSync(join(root, 'src', file), 'utf8'), OPTIONS.target ?? 99);
    const fields = source.statements
      .filter((statement) => ts.isInterfaceDeclaration(statement))
      .filter((statement) => statement.name.text === name)
      .flatMap(({ members }) => members.map((member) => (member.name as ts.Identifier).text));
    expect(fields.length).toBeGreaterThan(0);
    const table = readFileSync(join(root, 'docs', page), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('|'));
    const firsts = table.map((line) => line.split(' | ')[0] ?? '');
    const isThere = (field: string): boolean => firsts.some((cell) => new RegExp(`\`${prefix}${field}\\b`).test(cell));
    expect(fields.filter((field) => !isThere(field) && field !== 'limits')).toEqual([]);
  });

  it('of docs/benchmarks.md have every suite', () => {
    const text = readFileSync(join(root, 'docs/benchmarks.md'), 'utf8');
    expect(SUITE_NAMES.filter((name) => !text.includes(`\n| \`${name}\` | `))).toEqual([]);
  });
});

describe('the links of the documentation', () => {
  it.each([...pages, 'ARCHITECTURE.md', 'CONTRIBUTING.md'])('lead to something: %s', (page) => {
    const anchorsOf = (path: string): string[] =>
      [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replace(/[^\p{L}\d _-]/gu, '')
          .replaceAll(' ', '-'),
      );
    const links = readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)\s]+)\)/g);
    const dead = [...links].flatMap(([, link = '']) => {
      if (/^https?:/.test(link)) return [];
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? join(root, page) : join(root, dirname(page), path);
      const isThere = existsSync(target) && (anchor === undefined || anchorsOf(target).includes(anchor));
      return isThere ? [] : [link];
    });
    expect(dead).toEqual([]);
  });

  it('lead from docs/README.md to every page', () => {
    const index = readFileSync(join(root, 'docs/README.md'), 'utf8');
    const names = readdirSync(join(root, 'docs')).filter((name) => name !== 'README.md');
    expect(names.filter((name) => !index.includes(`](${name})`))).toEqual([]);
  });
});

describe('the Lua of docs/tools.md', () => {
  it('calls tools as it says', async () => {
    const [calls = ''] = blocks('docs/tools.md', 'lua');
    await using runtime = await createRuntime({ threads: 1, tools: builtinTools() });
    const printed: string[] = [];
    const code = `${calls}\nreturn total`;
    const total = await runtime.run({ language: 'lua', code }, { tools: true, output: (text) => printed.push(text) });
    expect(total).toBe(42);
    expect(printed.join('')).toMatch(/^hash\t/);
  });

  it('is the tool that examples/tools has', async () => {
    const [, script] = blocks('docs/tools.md', 'lua');
    expect(readFileSync(join(root, 'examples/tools/words.lua'), 'utf8')).toBe(script);
    const { tools, problems } = await loadDirectory(join(root, 'examples/tools'));
    expect(problems).toEqual([]);
    const registry = new ToolRegistry({ tools });
    for (const { name } of registry.list()) expect(await registry.test(name)).toMatchObject({ passed: true });
    const { closeSharedRuntime } = await import('#stint/index');
    await closeSharedRuntime();
  });
});
