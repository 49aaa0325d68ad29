import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, extname, isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { messageOf } from '../errors/describe.js';
import { invalid } from '../errors/invalid.js';
import { isStintError, type ScriptLanguage, StintError } from '../errors/stint-error.js';
import { oneOf, readOptions, text } from './read-options.js';

/**
 * What a task runs. A script: its text, or the file that holds it (the language goes by the extension). Or a module of your
 * own, JavaScript or TypeScript: the function that it exports under a name, `default` if none is given. A module is not
 * confined: run only what you trust.
 */
export type Source =
  | { language: ScriptLanguage; code: string | Uint8Array; name?: string }
  | { file: string | URL }
  | { module: string | URL; export?: string };

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
  /** As `load`, at once. */
  loadSync(): LoadedSource;
}

/** A function of a module. */
export interface ModuleSource {
  readonly language: 'module';
  /** `file:` URL. */
  readonly url: string;
  readonly exportName: string;
}

/** The largest source, in bytes. */
const MAX_SOURCE_BYTES = 16 * 1024 ** 2;

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
export function resolveSource(source: unknown): LoadedSource | SourceFile | ModuleSource {
  if (typeof source !== 'object' || source === null) {
    throw invalid('source', source, 'an object: { language, code }, { file } or { module }');
  }
  if ('module' in source) return readModule(source);
  if ('file' in source) {
    const { file } = readOptions(source, 'source', { file: readPath });
    const path = file ?? '';
    const language = languageOf(path);
    const loaded = (code: Uint8Array): LoadedSource => checked({ language, code, name: basename(path) });
    return { language, load: async () => loaded(await readSource(path)), loadSync: () => loaded(readSourceSync(path)) };
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

const URL_BEGIN = /^[a-z][a-z0-9+.-]*:\/\//i;
const MODULE_EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

function readModule(source: object): ModuleSource {
  const { module, export: exportName = 'default' } = readOptions(source, 'source', MODULE_READERS);
  if (module === undefined) throw invalid('source.module', module, 'a path or a file: URL');
  return { language: 'module', url: module, exportName };
}

/** URLs of modules by how they were named: most are called many times. A relative path is another file in another directory. */
const urls = new Map<string, string>();
const MOST_URLS = 1000;
const MODULE_READERS = { module: readModuleUrl, export: text };

function readModuleUrl(value: unknown, name: string): string {
  const named = value instanceof URL ? value.href : value;
  const known = urls.get(named as string);
  if (known !== undefined) return known;
  const isUrl = typeof named === 'string' && named.startsWith('file:') && URL.canParse(named);
  const path = readPath(isUrl ? new URL(named) : value, name);
  if (!MODULE_EXTENSIONS.includes(extname(path).toLowerCase())) {
    throw invalid(name, value, `a file that ends in ${MODULE_EXTENSIONS.join(', ')}`);
  }
  const url = isUrl ? new URL(named).href : pathToFileURL(path).href;
  if (!isUrl && !isAbsolute(path)) return url;
  if (urls.size >= MOST_URLS) urls.clear();
  urls.set(named as string, url);
  return url;
}

function checked(source: LoadedSource): LoadedSource {
  const bytes = typeof source.code === 'string' ? Buffer.byteLength(source.code) : source.code.byteLength;
  if (bytes > MAX_SOURCE_BYTES) throw tooLarge(source.name, bytes);
  return source;
}

/** The text of a URL counts as the URL. */
function readPath(value: unknown, name: string): string {
  const isUrl = value instanceof URL || (typeof value === 'string' && URL_BEGIN.test(value));
  if (!isUrl && typeof value === 'string' && value !== '') return value;
  try {
    if (isUrl) return fileURLToPath(value);
  } catch {
    // Another scheme, or another host.
  }
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

/** A pipe that nobody writes to does not hold the caller up: it is refused. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

async function readSource(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path, READ);
    checkFile(path, await file.stat());
    return await file.readFile();
  } catch (error) {
    throw readingError(path, error);
  }
}

function readSourceSync(path: string): Uint8Array {
  try {
    const file = openSync(path, READ);
    try {
      checkFile(path, fstatSync(file));
      return readFileSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw readingError(path, error);
  }
}

function checkFile(path: string, stat: Stats): void {
  if (stat.isDirectory()) throw new StintError('INVALID_ARGUMENT', `${path} is a directory; name a script in it`);
  if (!stat.isFile()) throw new StintError('INVALID_ARGUMENT', `${path} is not a regular file`);
  if (stat.size > MAX_SOURCE_BYTES) throw tooLarge(path, stat.size);
}

function readingError(path: string, error: unknown): StintError {
  if (isStintError(error)) return error;
  return new StintError('INVALID_ARGUMENT', `cannot read ${path}: ${reason(error)}`, { cause: error });
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
