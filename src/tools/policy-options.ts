import { resolve } from 'node:path';
import { invalid } from '../errors/invalid.js';
import { NetPattern } from '../io/net-pattern.js';
import { type OptionReader, oneOf, readOptions, text, wholeNumber } from '../runtime/read-options.js';
import { type Duration, parseDuration } from '../runtime/units.js';
import { type CommandRule, readCommands } from './access/command-rules.js';
import { readToolLimits } from './limits.js';
import { NAME_PATTERN } from './name-pattern.js';
import { type ResolvedToolLimits, SECURITY_LEVELS, type SecurityLevel, type ToolLimits } from './tool.js';

/** A command that tools may run. As text: its name, with any arguments but those that would have it run another program. */
export type CommandPermission = string | { readonly command: string; readonly anyArguments: true };

/** What calls of tools may do. What is not said is not permitted. */
export interface PolicyOptions {
  /** The most harmful tools that may be called. Default `safe`. */
  readonly security?: SecurityLevel;
  /** Names of tools that may be called, as far as `security` goes; `*` stands for any text, as in `json.*`. Default: all. */
  readonly allow?: readonly string[];
  /** Names of tools that may not be called, whatever the rest says. */
  readonly deny?: readonly string[];
  /** What relative paths are relative to, roots too. Default: the working directory. */
  readonly directory?: string;
  /** Files and directories that tools may read, or read and write, with all that is in them. */
  readonly files?: { readonly read?: readonly string[]; readonly write?: readonly string[] };
  /**
   * Where tools may connect to: `host:port` each, as in `Permissions.net`. A name and `*` permit public addresses only; private
   * ones have to be listed as addresses or networks (`10.0.0.0/8:*`), or as `localhost`.
   */
  readonly net?: readonly string[];
  /** Programs that tools may run. */
  readonly commands?: readonly CommandPermission[];
  /** Names of environment variables that tools, and the programs that they run, may see. */
  readonly environment?: readonly string[];
  /** Upper bounds for each call, whatever the tool's own limits are. */
  readonly limits?: ToolLimits;
  /** How many calls there may be in a time. Default: any number. */
  readonly rate?: { readonly calls: number; readonly per: Duration };
}

/** {@link PolicyOptions}, read. */
export interface PolicyRules {
  readonly security: SecurityLevel;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly directory: string;
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly net: readonly string[];
  readonly commands: readonly CommandRule[];
  readonly environment: readonly string[];
  readonly limits: Partial<ResolvedToolLimits>;
  readonly rate: { readonly calls: number; readonly perMs: number } | undefined;
}

const MOST_ENTRIES = 1024;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Reads a policy. @throws StintError `INVALID_ARGUMENT` with what is wrong and what to write instead */
export function readPolicy(options: unknown): PolicyRules {
  const read = readOptions(options, 'policy', READERS);
  const directory = resolve(read.directory ?? '.');
  const roots = (paths: readonly string[] = []): string[] => paths.map((path) => resolve(directory, path));
  return {
    security: read.security ?? 'safe',
    allow: read.allow ?? ['*'],
    deny: read.deny ?? [],
    directory,
    read: roots(read.files?.read),
    write: roots(read.files?.write),
    net: read.net ?? [],
    commands: read.commands ?? [],
    environment: read.environment ?? [],
    limits: read.limits ?? {},
    rate: read.rate,
  };
}

const path: OptionReader<string> = (value, name) => {
  const read = text(value, name);
  if (read.includes('\0')) throw invalid(name, value, 'a path, without NUL');
  return read;
};

const READERS = {
  security: oneOf<SecurityLevel>(...SECURITY_LEVELS),
  allow: listOf(matching(NAME_PATTERN, "a tool's name, such as 'calculator' or 'json.*'")),
  deny: listOf(matching(NAME_PATTERN, "a tool's name, such as 'calculator' or 'json.*'")),
  directory: path,
  files: (value: unknown, name: string) => readOptions(value, name, { read: listOf(path), write: listOf(path) }),
  net: listOf((value, name) => {
    if (typeof value === 'string' && NetPattern.parse(value) !== undefined) return value;
    throw invalid(name, value, "'host:port', such as 'api.example.com:443', '10.0.0.0/8:*' or '*:443'");
  }),
  commands: (value: unknown, name: string) => listOf(readCommands)(value, name),
  environment: listOf(matching(VARIABLE, "the name of an environment variable, such as 'HOME'")),
  limits: readToolLimits,
  rate: (value: unknown, name: string) => {
    const { calls, per } = readOptions(value, name, { calls: wholeNumber(1, 1e9), per: parseDuration });
    if (calls === undefined || per === undefined || per === 0) {
      throw invalid(name, value, "a number of calls and a time, such as { calls: 60, per: '1m' }");
    }
    return { calls, perMs: per };
  },
};

function listOf<T>(readItem: OptionReader<T>): OptionReader<readonly T[]> {
  return (value, name) => {
    if (!Array.isArray(value) || value.length > MOST_ENTRIES) {
      throw invalid(name, value, `an array of at most ${MOST_ENTRIES}`);
    }
    return Array.from(value, (item: unknown, index) => readItem(item, `${name}[${index}]`));
  };
}

function matching(pattern: RegExp, expected: string): OptionReader<string> {
  return (value, name) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw invalid(name, value, expected);
    return value;
  };
}
