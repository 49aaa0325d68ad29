import { SourceMap, type SourceMapPayload } from 'node:module';
import type { MapFrame } from './failure.js';

/** TypeScript as JavaScript, or why it is none. */
export type Translated =
  | { readonly code: string; readonly mapFrame: MapFrame | undefined }
  | { readonly message: string; readonly line: number | undefined };

/** Turns TypeScript into JavaScript without checking types. */
export type Translate = (source: string, name: string) => Translated;

type Transform = typeof import('@swc/wasm-typescript').transformSync;

/** What the translator throws: a plain object. */
interface Refused {
  readonly code?: string;
  readonly message?: string;
  readonly startLine?: number;
}

/** Loads the translator, once a thread. */
export async function loadTypeScript(): Promise<Translate> {
  const { transformSync } = await import('@swc/wasm-typescript');
  return (source, name) => {
    try {
      return strip(transformSync, source, name);
    } catch (error) {
      const { message, startLine } = error as Refused;
      return { message: firstLine(message ?? String(error)), line: startLine };
    }
  };
}

/** Types become blanks, so all else keeps its place. What is more than types (an enum) needs code of its own. */
function strip(transform: Transform, source: string, name: string): Translated {
  try {
    return { code: transform(source, { mode: 'strip-only' }).code, mapFrame: undefined };
  } catch (error) {
    if ((error as Refused).code !== 'UnsupportedSyntax') throw error;
  }
  const { code, map } = transform(source, { mode: 'transform', sourceMap: true, filename: name });
  return { code, mapFrame: map === undefined ? undefined : frameMapper(map) };
}

function frameMapper(map: string): MapFrame {
  const sourceMap = new SourceMap(JSON.parse(map) as SourceMapPayload);
  return (frame) => {
    const entry = sourceMap.findEntry(frame.line - 1, frame.column - 1);
    if (!('originalLine' in entry)) return undefined;
    return { ...frame, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
