import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { invalid } from '../errors/invalid.js';
import { isStintError, StintError } from '../errors/stint-error.js';
import { systemCode } from '../errors/system-code.js';
import type { KernelLimits } from '../kernel/limits.js';
import { resolveKernelLimits } from '../kernel/limits.js';
import { type OptionReader, readOptions } from '../runtime/read-options.js';
import { Policy } from '../tools/policy.js';
import type { PolicyOptions } from '../tools/policy-options.js';

/** What a file of JSON says of a kernel. */
export interface KernelConfig {
  /** Where the file is: what `tools` are looked for from. */
  readonly directory: string;
  readonly policy: Policy;
  readonly limits: KernelLimits;
  /** Directories of tools, and names of npm packages. */
  readonly tools: readonly string[];
}

const LONGEST = 1024 ** 2;

const texts: OptionReader<string[]> = (value, name) => {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw invalid(name, value, 'an array of directories (./tools) and of names of npm packages');
};

/**
 * Reads a configuration: `{ "policy": {...}, "limits": {...}, "tools": ["./tools", "a-package"] }`. Directories are relative to the file, and
 * packages are those that a module beside it would get.
 *
 * @param mayBeMissing then all is as it is without a file
 * @throws StintError `INVALID_ARGUMENT`; `PERMISSION_DENIED` if others can write to it, for it says what tools may do
 */
export async function readConfig(path: string, mayBeMissing: boolean): Promise<KernelConfig> {
  try {
    const { mode, size } = await stat(path);
    if ((mode & 0o022) !== 0)
      throw new StintError('PERMISSION_DENIED', `others can write to ${path}: chmod go-w ${path}`);
    if (size > LONGEST) throw new StintError('INVALID_ARGUMENT', `${path} has more than ${LONGEST} bytes`);
    return checkConfig(JSON.parse(await readFile(path, 'utf8')), path);
  } catch (error) {
    if (isStintError(error)) throw error;
    if (mayBeMissing && systemCode(error) === 'ENOENT') return checkConfig({}, path);
    throw new StintError('INVALID_ARGUMENT', `cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function checkConfig(value: unknown, path: string): KernelConfig {
  const {
    policy = {},
    limits = {},
    tools = [],
  } = readOptions(value, path, {
    policy: (options: unknown) => options as PolicyOptions,
    limits: (options: unknown) => options as KernelLimits,
    tools: texts,
  });
  const directory = dirname(resolve(path));
  within(path, () => resolveKernelLimits(limits));
  return {
    directory,
    policy: within(path, () => new Policy({ directory, ...policy })),
    limits,
    tools: tools.map((tool) => (/^[./]/.test(tool) ? resolve(directory, tool) : tool)),
  };
}

/** Names the part of the file that is wrong as one of the file: `policy/security`, say, which is no option and no flag there. */
function within<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isStintError(error)) throw error;
    const told = error.message.replace(/^(?:options\.)?(\S+)/, (_, part: string) => part.replaceAll('.', '/'));
    throw new StintError(error.code, `${path}: ${told}`, { cause: error });
  }
}
