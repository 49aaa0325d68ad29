import type { transformSync } from '@swc/wasm-typescript';

/** What turns TypeScript into JavaScript. It is loaded by whoever needs it: it is large. */
export type Transform = typeof transformSync;

/** JavaScript, and a source map where the code does not keep its place. */
export interface Stripped {
  readonly code: string;
  readonly map: string | undefined;
}

/** What the translator throws: a plain object. */
interface Refused {
  readonly code?: string;
  readonly message?: string;
  readonly startLine?: number;
}

/**
 * Turns types into blanks, so that all else keeps its place. What is more than types (an enum) needs code of its own, and a map.
 *
 * @param filename what the source is called in the map
 * @throws what {@link refusalOf} reads
 */
export function stripTypes(transform: Transform, source: string, filename: string): Stripped {
  try {
    return { code: transform(source, { mode: 'strip-only' }).code, map: undefined };
  } catch (error) {
    if ((error as Refused).code !== 'UnsupportedSyntax') throw error;
  }
  const { code, map } = transform(source, { mode: 'transform', sourceMap: true, filename });
  return { code, map };
}

/** Why a source is no TypeScript, in a line, and where. */
export function refusalOf(error: unknown): { message: string; line: number | undefined } {
  const { message, startLine } = error as Refused;
  return { message: (message ?? String(error)).split('\n', 1)[0] ?? '', line: startLine };
}
