import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The floors from the top down, as ARCHITECTURE.md lists them. */
const floors = [...readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8').matchAll(/^ {2}([a-z]+)\/ {2}/gm)].map(
  ([, name]) => name as string,
);

interface Import {
  from: string;
  to: string;
}

/** The imports between the files of src/, derived from the code: static, dynamic and type imports, and workers' entries. */
function importsOf(sources: ReadonlyMap<string, string>): Import[] {
  const imports: Import[] = [];
  for (const [from, code] of sources) {
    for (const [, specifier] of code.matchAll(/(?:from|import\(|import|new URL\()\s*'(\.{1,2}\/[^']+)'/g)) {
      imports.push({ from, to: normalize(join(dirname(from), specifier as string)) });
    }
  }
  return imports;
}

function floorOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] as string) : 'index';
}

/** What goes up, or to a floor that nobody knows. */
function violations(imports: Import[], order: string[]): string[] {
  return imports
    .filter(({ from, to }) => {
      const [a, b] = [floorOf(from), floorOf(to)];
      if (a === b) return false;
      if (a === 'index') return !order.includes(b);
      return !order.includes(a) || !order.includes(b) || order.indexOf(b) < order.indexOf(a);
    })
    .map(({ from, to }) => `${from} -> ${to}`);
}

function readSources(): Map<string, string> {
  const sources = new Map<string, string>();
  for (const file of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.ts') && !file.endsWith('.d.ts'))
      sources.set(file, readFileSync(join(root, 'src', file), 'utf8'));
  }
  return sources;
}

describe('floors', () => {
  it('are all named in ARCHITECTURE.md, and nothing that is gone', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect([...floors].sort()).toEqual(folders.sort());
  });

  it('import only from themselves and from floors below', () => {
    const imports = importsOf(readSources());
    expect(imports.length).toBeGreaterThan(100);
    expect(violations(imports, floors)).toEqual([]);
  });

  it('are guarded by a check that sees an import that goes up', () => {
    const planted = importsOf(
      new Map([
        ['errors/a.ts', "import type { Runtime } from '../runtime/runtime.js';"],
        ['hosts/b.ts', "await import('../cli/main.js');"],
        ['cli/c.ts', "import { x } from '../errors/codes.js';"],
      ]),
    );
    expect(violations(planted, floors)).toEqual(['errors/a.ts -> runtime/runtime.js', 'hosts/b.ts -> cli/main.js']);
  });
});
