import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** What a module imports when it is loaded, not what it imports on demand. */
function staticImports(code: string): string[] {
  return [...code.matchAll(/^(?:import|export)\b[^;'"]*?(?:from\s*)?["']([^"']+)["']/gm)].map(
    ([, specifier]) => specifier as string,
  );
}

const packages = (code: string) => staticImports(code).filter((specifier) => !/^(?:node:|\.)/.test(specifier));

describe('the descriptions of the built-in tools', () => {
  it('are one file that loads no package', () => {
    const code = readFileSync(new URL('../../../dist/tools/builtin/index.js', import.meta.url), 'utf8');
    expect(code).toContain('"calculator"');
    expect(staticImports(code)).toContain('../define-tool.js');
    expect(packages(code)).toEqual([]);
  });

  it('are looked at by a check that sees a package', () => {
    expect(
      packages("import sharp from 'sharp';\nimport 'pg';\nconst x = await import('diff');\nexport * from \"yaml\";"),
    ).toEqual(['sharp', 'pg', 'yaml']);
  });
});
