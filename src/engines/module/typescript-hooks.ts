// What Node loads TypeScript with. Types become blanks, so traces need no map; what is more
// than types (an enum) is translated, with one.
import { readFile } from 'node:fs/promises';
import type { LoadFnOutput, LoadHookContext } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/wasm-typescript';
import { refusalOf, stripTypes } from '../typescript.js';

const FORMATS: Readonly<Record<string, 'module' | 'commonjs'>> = {
  '.ts': 'module',
  '.mts': 'module',
  '.cts': 'commonjs',
};

export async function load(
  url: string,
  context: LoadHookContext,
  nextLoad: (url: string, context?: LoadHookContext) => LoadFnOutput | Promise<LoadFnOutput>,
): Promise<LoadFnOutput> {
  const extension = /\.[mc]?ts$/.exec(new URL(url).pathname)?.[0];
  if (extension === undefined || !url.startsWith('file:')) return nextLoad(url, context);
  const path = fileURLToPath(url);
  const source = translate(await readFile(path, 'utf8'), path);
  return { format: FORMATS[extension] ?? 'module', source, shortCircuit: true };
}

function translate(source: string, path: string): string {
  try {
    const { code, map } = stripTypes(transformSync, source, path);
    if (map === undefined) return code;
    return `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`;
  } catch (error) {
    const { message, line } = refusalOf(error);
    const place = line === undefined ? path : `${path}:${line}`;
    const refused = new SyntaxError(`${place}: ${message}`);
    // Of the module, not of this hook.
    refused.stack = `${refused}${line === undefined ? '' : `\n    at ${place}:1`}`;
    throw refused;
  }
}
