import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
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

function blocks(page: string, language: string): string[] {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].flatMap(([, of, code]) =>
    of === language ? [code ?? ''] : [],
  );
}

describe.each(['tools.md', 'policy.md'])('the examples of docs/%s', (page) => {
  const files = blocks(page, 'ts').map((code, index) => {
    const file = join(folder, `${page}-${index}.mts`);
    writeFileSync(file, code);
    return { file, code };
  });

  it('compile', () => {
    expect(files.length).toBeGreaterThan(0);
    const program = ts.createProgram(
      files.map(({ file }) => file),
      OPTIONS,
    );
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    expect(problems).toEqual([]);
  });

  it('run', async () => {
    for (const { file, code } of files) {
      const { outputText } = ts.transpileModule(code, { compilerOptions: OPTIONS });
      const target = file.replace(/\.mts$/, '.mjs');
      writeFileSync(target, outputText);
      await import(pathToFileURL(target).href);
    }
  });
});

describe('the Lua of docs/tools.md', () => {
  it('calls tools as it says', async () => {
    const [calls = ''] = blocks('tools.md', 'lua');
    await using runtime = await createRuntime({ threads: 1, tools: builtinTools() });
    const printed: string[] = [];
    const code = `${calls}\nreturn total`;
    const total = await runtime.run({ language: 'lua', code }, { tools: true, output: (text) => printed.push(text) });
    expect(total).toBe(42);
    expect(printed.join('')).toMatch(/^hash\t/);
  });

  it('is the tool that examples/tools has', async () => {
    const [, script] = blocks('tools.md', 'lua');
    expect(readFileSync(join(root, 'examples/tools/words.lua'), 'utf8')).toBe(script);
    const { tools, problems } = await loadDirectory(join(root, 'examples/tools'));
    expect(problems).toEqual([]);
    const registry = new ToolRegistry({ tools });
    for (const { name } of registry.list()) expect(await registry.test(name)).toMatchObject({ passed: true });
    const { closeSharedRuntime } = await import('#stint/index');
    await closeSharedRuntime();
  });
});
