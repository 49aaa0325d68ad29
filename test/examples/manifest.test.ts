import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Example {
  readonly script: string;
  readonly data: readonly string[];
  readonly title: string;
  readonly expect: 'completed' | 'timed-out' | 'out-of-memory' | 'failed';
  readonly limits?: { readonly timeout?: string; readonly memory?: string };
}

const folder = new URL('../../examples/', import.meta.url);
const inFolder = (path: string): URL => new URL(path, folder);
const readJson = (path: string): unknown => JSON.parse(readFileSync(inFolder(path), 'utf8'));
const listFiles = (path: string): string[] => readdirSync(inFolder(`${path}/`)).map((name) => `${path}/${name}`);

const examples = readJson('manifest.json') as Example[];
const expected = readJson('expected.json') as Record<string, unknown>;
const scripts = examples.map(({ script }) => script);
const completing = examples.filter((example) => example.expect === 'completed');
const misbehaving = examples.filter((example) => example.expect !== 'completed');

describe('the manifest of the examples', () => {
  it('names only files that exist', () => {
    const missing = examples
      .flatMap(({ script, data }) => [script, ...data])
      .filter((path) => !existsSync(inFolder(path)));
    expect(missing).toEqual([]);
  });

  it('lists every script once', () => {
    const inScripts = listFiles('scripts').filter((path) => !path.endsWith('.d.ts'));
    expect([...scripts].sort()).toEqual(inScripts.sort());
  });

  it('leaves no data file unused', () => {
    const used = new Set(examples.flatMap(({ data }) => data));
    expect(listFiles('data').filter((path) => !used.has(path))).toEqual([]);
  });

  it('gives every script a title of its own and an outcome that stint knows', () => {
    expect(new Set(examples.map(({ title }) => title)).size).toBe(examples.length);
    const outcomes = new Set(examples.map((example) => example.expect));
    expect([...outcomes].sort()).toEqual(['completed', 'failed', 'out-of-memory', 'timed-out']);
  });

  it('has at least four scripts of each language that complete', () => {
    for (const extension of ['.lua', '.js', '.ts']) {
      const inLanguage = completing.filter(({ script }) => extname(script) === extension);
      expect(inLanguage.length, extension).toBeGreaterThanOrEqual(4);
    }
  });

  it('has at least ten scripts that complete and four that misbehave', () => {
    expect(completing.length).toBeGreaterThanOrEqual(10);
    expect(misbehaving.length).toBeGreaterThanOrEqual(4);
  });

  it('sets the limit that a script is expected to reach', () => {
    for (const { script, expect: outcome, limits } of misbehaving) {
      if (outcome === 'timed-out') expect(limits?.timeout, script).toMatch(/^\d+m?s$/);
      if (outcome === 'out-of-memory') expect(limits?.memory, script).toMatch(/^\d+mb$/);
    }
  });
});

describe('the data of the examples', () => {
  it('stays small: under 200 KB a file and 1 MB in all', () => {
    const sizes = listFiles('data').map((path) => statSync(inFolder(path)).size);
    expect(Math.max(...sizes)).toBeLessThan(200_000);
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(1_000_000);
  });
});

describe('the expected results', () => {
  it('cover exactly the scripts that complete', () => {
    expect(Object.keys(expected).sort()).toEqual(completing.map(({ script }) => basename(script)).sort());
  });
});
