/** Tools from elsewhere: npm packages, and files of a directory. */
import { readdir } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../errors/describe.js';
import { invalid } from '../../errors/invalid.js';
import { isStintError, StintError } from '../../errors/stint-error.js';
import { LANGUAGE_BY_EXTENSION } from '../../runtime/source.js';
import type { Tool } from '../tool.js';
import { urlOfVersion } from './file-version.js';
import { loadModuleTools } from './module-tools.js';
import { loadScriptTool } from './script-tool.js';

/** What a directory of tools came to: one file that is wrong does not keep the others out. */
export interface DirectoryTools {
  readonly tools: readonly Tool[];
  /** What is wrong with files that look like tools. */
  readonly problems: readonly StintError[];
}

const MODULE = /\.tool\.(?:js|mjs|cjs)$/;
const MOST_FILES = 1000;

/**
 * Loads the tools of a directory: scripts (`.lua`, `.js`, `.mjs`, `.ts`, `.mts`) that begin with a header comment, which are not trusted, and modules
 * (`*.tool.js`, `.mjs`, `.cjs`), which are: load only directories that nobody else can write to. Other files are left alone.
 *
 * @throws StintError (rejects) `INVALID_ARGUMENT` if the directory cannot be read
 */
export async function loadDirectory(directory: string): Promise<DirectoryTools> {
  const tools: Tool[] = [];
  const problems: StintError[] = [];
  for (const name of await filesOf(directory)) {
    const file = join(resolve(directory), name);
    try {
      if (MODULE.test(name)) tools.push(...(await loadModuleTools(await urlOfVersion(file), file)));
      else {
        const tool = await loadScriptTool(file);
        if (tool !== undefined) tools.push(tool);
      }
    } catch (error) {
      if (!isStintError(error)) throw error;
      problems.push(error);
    }
  }
  return { tools, problems };
}

/**
 * Loads the tools of an npm package, which is trusted as any dependency is.
 *
 * @param from the directory whose `node_modules`, or those above it, have the package. Default: the working directory
 * @throws StintError (rejects) `DEPENDENCY_MISSING` if it is not there, `INVALID_ARGUMENT` if it exports no tools
 */
export async function loadPackage(name: string, from = process.cwd()): Promise<Tool[]> {
  if (typeof name !== 'string' || name === '') throw invalid('name', name, 'the name of a package');
  const { resolve: resolveImport } = await import('import-meta-resolve');
  let url: string;
  try {
    url = resolveImport(name, pathToFileURL(join(resolve(from), 'any.js')).href);
  } catch (error) {
    throw new StintError('DEPENDENCY_MISSING', `there is no package '${name}'; install it (${messageOf(error)})`, {
      cause: error,
    });
  }
  return loadModuleTools(url, `the package '${name}'`);
}

async function filesOf(directory: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    throw new StintError('INVALID_ARGUMENT', `cannot read the directory of tools ${directory}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const files = names
    .filter((name) => MODULE.test(name) || extname(name).toLowerCase() in LANGUAGE_BY_EXTENSION)
    .sort();
  if (files.length <= MOST_FILES) return files;
  throw new StintError('INVALID_ARGUMENT', `${directory} has ${files.length} files; the most are ${MOST_FILES}`);
}
