import { createRequire } from 'node:module';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import type { Row } from './row.js';

/** The name and number of the form in which results are written. A change that readers must know of raises the number. */
export const FORMAT = 'stint-bench';
export const FORMAT_VERSION = 1;

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly system: string;
}

export interface SuiteResults {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly runs: number;
  readonly rows: readonly Row[];
  /** Runs of it that did not come to their end, and why. */
  readonly failures: readonly { readonly run: number; readonly message: string }[];
}

/** What `--json` writes and `--compare` reads. */
export interface Results {
  readonly format: typeof FORMAT;
  readonly version: typeof FORMAT_VERSION;
  readonly quick: boolean;
  /** ISO 8601. */
  readonly at: string;
  readonly tookMs: number;
  /** Independent runs that every suite had: three, but for a quick look on a busy machine. */
  readonly runs: number;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly suites: readonly SuiteResults[];
  /** Rows all of whose targets are met, and rows that miss one. */
  readonly met: number;
  readonly missed: number;
}

export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryMb: Math.round(totalmem() / 1024 ** 2),
    system: `${platform()} ${release()} ${arch()}`,
  };
}

/** Of what the figures depend on. */
export function readVersions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const { version, dependencies } = require('../../package.json') as {
    version: string;
    dependencies: Record<string, string>;
  };
  const { node = '', v8 = '' } = process.versions;
  return {
    stint: version,
    node,
    v8,
    wasmoon: dependencies['wasmoon'] ?? '',
    'quickjs-wasi': dependencies['quickjs-wasi'] ?? '',
  };
}
