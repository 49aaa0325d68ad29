import { open } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../errors/describe.js';
import { type ScriptLanguage, StintError } from '../errors/stint-error.js';
import { oneOf, readOptions, text } from './read-options.js';
import { invalid } from './units.js';

/** A script: its text, or the file that holds it (the language goes by the extension). */
export type Source = { language: ScriptLanguage; code: string | Uint8Array; name?: string } | { file: string | URL };

/** A script whose source is in memory. */
export interface LoadedSource {
  readonly language: ScriptLanguage;
  readonly code: string | Uint8Array;
  readonly name: string;
}

/** A script whose source is in a file. */
export interface SourceFile {
  readonly language: ScriptLanguage;
  load(): Promise<LoadedSource>;
}

/** The largest source, in bytes. */
export const MAX_SOURCE_BYTES = 16 * 1024 ** 2;

/** The languages by file extension. */
export const LANGUAGE_BY_EXTENSION: Readonly<Record<string, ScriptLanguage>> = {
  '.lua': 'lua',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.ts': 'typescript',
  '.mts': 'typescript',
};

/**
 * Checks a source; one in a file is not read yet.
 *
 * @throws StintError `INVALID_ARGUMENT`
 */
export function resolveSource(source: unknown): LoadedSource | SourceFile {
  if (typeof source !== 'object' || source === null) {
    throw invalid('source', source, 'an object: { language, code } or { file }');
  }
  if ('file' in source) {
    const { file } = readOptions(source, 'source', { file: readPath });
    const path = file ?? '';
    const language = languageOf(path);
    return { language, load: async () => checked({ language, code: await readSource(path), name: basename(path) }) };
  }
  const { language, code, name } = readOptions(source, 'source', {
    language: oneOf<ScriptLanguage>('lua', 'javascript', 'typescript'),
    code: readCode,
    name: text,
  });
  if (language === undefined) throw invalid('source.language', language, "'lua', 'javascript' or 'typescript'");
  if (code === undefined) throw invalid('source.code', code, 'the text of the script, or its bytes');
  return checked({ language, code, name: name ?? 'script' });
}

function checked(source: LoadedSource): LoadedSource {
  const bytes = typeof source.code === 'string' ? Buffer.byteLength(source.code) : source.code.byteLength;
  if (bytes > MAX_SOURCE_BYTES) throw tooLarge(source.name, bytes);
  return source;
}

function readPath(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value;
  if (value instanceof URL && value.protocol === 'file:') return fileURLToPath(value);
  throw invalid(name, value, 'a path or a file: URL');
}

function languageOf(path: string): ScriptLanguage {
  const language = LANGUAGE_BY_EXTENSION[extname(path).toLowerCase()];
  if (language === undefined) {
    throw invalid('source.file', path, `a file that ends in ${Object.keys(LANGUAGE_BY_EXTENSION).join(', ')}`);
  }
  return language;
}

function readCode(value: unknown, name: string): string | Uint8Array {
  if (typeof value === 'string') return value;
  // A copy: the caller may change its bytes before the script starts.
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  throw invalid(name, value, 'the text of the script, or its bytes');
}

async function readSource(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const stat = await file.stat();
    if (stat.isDirectory()) throw new StintError('INVALID_ARGUMENT', `${path} is a directory; name a script in it`);
    if (!stat.isFile()) throw new StintError('INVALID_ARGUMENT', `${path} is not a regular file`);
    if (stat.size > MAX_SOURCE_BYTES) throw tooLarge(path, stat.size);
    return await file.readFile();
  } catch (error) {
    if (error instanceof StintError) throw error;
    throw new StintError('INVALID_ARGUMENT', `cannot read ${path}: ${reason(error)}`, { cause: error });
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of the path is not a directory',
  EACCES: 'permission denied',
};

function reason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? messageOf(error);
}

function tooLarge(name: string, bytes: number): StintError {
  return new StintError(
    'INVALID_ARGUMENT',
    `the source ${name} has ${bytes} bytes; at most ${MAX_SOURCE_BYTES} are allowed`,
  );
}
