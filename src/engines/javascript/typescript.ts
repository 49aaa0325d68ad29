import { SourceMap, type SourceMapPayload } from 'node:module';
import { refusalOf, stripTypes } from '../typescript.js';
import type { MapFrame } from './failure.js';

/** TypeScript as JavaScript, or why it is none. */
export type Translated =
  | { readonly code: string; readonly mapFrame: MapFrame | undefined }
  | { readonly message: string; readonly line: number | undefined };

/** Turns TypeScript into JavaScript without checking types. */
export type Translate = (source: string, name: string) => Translated;

/** Loads the translator, once a thread. */
export async function loadTypeScript(): Promise<Translate> {
  const { transformSync } = await import('@swc/wasm-typescript');
  return (source, name) => {
    try {
      const { code, map } = stripTypes(transformSync, source, name);
      return { code, mapFrame: map === undefined ? undefined : frameMapper(map) };
    } catch (error) {
      return refusalOf(error);
    }
  };
}

function frameMapper(map: string): MapFrame {
  const sourceMap = new SourceMap(JSON.parse(map) as SourceMapPayload);
  return (frame) => {
    const entry = sourceMap.findEntry(frame.line - 1, frame.column - 1);
    if (!('originalLine' in entry)) return undefined;
    return { ...frame, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  };
}
