import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../src/tools/builtin', import.meta.url));

/** What built-in tools reach by the doors of their context alone, where the policy is asked. */
const SHUT =
  /^(?:node:)?(?:fs|fs\/promises|net|tls|dgram|dns|dns\/promises|http|https|http2|child_process|cluster|worker_threads|vm|module|inspector|process)$|^undici$/;

/** From these modules only what computes may be taken. */
const HARMLESS: Readonly<Record<string, readonly string[]>> = { 'node:net': ['isIP', 'isIPv4', 'isIPv6'] };

/** What a source file takes that leads outside past the doors. */
function waysOut(code: string): string[] {
  const imports = [
    ...code.matchAll(/import\s+(?!type\b)([^'";]*?)\s*from\s*'([^']+)'|import\(\s*'([^']+)'|require\(\s*'([^']+)'/g),
  ];
  const found = imports.flatMap(([, names = '', ...specifiers]) => {
    const specifier = specifiers.find((one) => one !== undefined) ?? '';
    const taken = [...names.matchAll(/\b(?!type\b|as\b)\w+\b/g)].map(([name]) => name);
    const harmless = taken.length > 0 && taken.every((name) => HARMLESS[specifier]?.includes(name));
    return SHUT.test(specifier) && !harmless ? [specifier] : [];
  });
  const globals = [
    ...code.matchAll(
      /\bprocess\s*\.\s*(?:env|binding|dlopen|chdir|kill)\b|(?<![.\w])(?:fetch|WebSocket)\s*\(|\beval\(|new Function\(/g,
    ),
  ];
  // The context's own `fetch`, taken out of it.
  const isTaken = /[({,]\s*fetch\s*[,}:]/.test(code);
  return [...found, ...globals.map(([text]) => text).filter((text) => !(isTaken && text.startsWith('fetch')))];
}

describe('the built-in tools', () => {
  it('reach the outside by the doors of their context alone', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(40);
    const out = files.flatMap((file) =>
      waysOut(readFileSync(join(folder, file), 'utf8')).map((way) => `${file}: ${way}`),
    );
    expect(out).toEqual([]);
  });

  it.each([
    ["import { readFile } from 'node:fs/promises';", 'node:fs/promises'],
    ["import fs from 'fs';", 'fs'],
    ["import { isIP, connect } from 'node:net';", 'node:net'],
    ["const { spawn } = await import('node:child_process');", 'node:child_process'],
    ["import { request } from 'undici';", 'undici'],
    ['const key = process.env["KEY"];', 'process.env'],
    ['const page = await fetch(url);', 'fetch('],
  ])('are guarded by a check that sees %s', (code, way) => {
    expect(waysOut(code)).toEqual([way]);
  });

  it.each([
    "import type { Socket } from 'node:net';",
    "import { isIP } from 'node:net';",
    "import { createHash } from 'node:crypto';",
    'const page = await context.fetch(url);',
    'async handler({ url }, { fetch }) { return fetch(url); }',
  ])('may have %s', (code) => {
    expect(waysOut(code)).toEqual([]);
  });
});
