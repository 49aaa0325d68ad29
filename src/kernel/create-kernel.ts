import { createRequire } from 'node:module';
import { invalid } from '../errors/invalid.js';
import type { Ledger } from '../ledger/ledger.js';
import { type OptionReader, readOptions, text } from '../runtime/read-options.js';
import { Runtime } from '../runtime/runtime.js';
import { Policy } from '../tools/policy.js';
import type { PolicyOptions } from '../tools/policy-options.js';
import { ToolRegistry } from '../tools/registry.js';
import type { Tool } from '../tools/tool.js';
import { Kernel } from './kernel.js';
import { type KernelLimits, resolveKernelLimits } from './limits.js';
import type { LogLevel } from './log.js';

/** What a kernel can be told. */
export interface KernelOptions {
  /** What clients know it by. Default `stint`. */
  readonly name?: string;
  /** Where scripts run. Default: a runtime of its own, which is made when the first script comes and closed with the kernel. */
  readonly runtime?: Runtime;
  /** Default: those that come with stint. */
  readonly tools?: ToolRegistry | Iterable<Tool>;
  /** What calls of tools may do, whoever makes them. Default: `safe` tools, every door shut. */
  readonly policy?: Policy | PolicyOptions;
  readonly limits?: KernelLimits;
  /** Where the sockets and connection files of its listeners are recorded, so that they do not outlive the process. Default: nowhere. */
  readonly ledger?: Ledger;
  /** Takes what the kernel has to say of itself. */
  readonly log?: (level: LogLevel, logger: string, data: unknown) => void;
}

/** Makes a kernel. @throws StintError `INVALID_ARGUMENT` */
export async function createKernel(options?: KernelOptions): Promise<Kernel> {
  const read = readOptions(options, 'options', {
    name: text,
    runtime: readRuntime,
    tools: readTools,
    policy: (value: unknown) => Policy.of(value as PolicyOptions),
    limits: (value: unknown) => value as KernelLimits,
    ledger: readLedger,
    log: readLog,
  });
  const limits = resolveKernelLimits(read.limits);
  const policy = read.policy ?? new Policy();
  return new Kernel({
    name: read.name ?? 'stint',
    version: version(),
    runtime: read.runtime,
    registry:
      read.tools instanceof ToolRegistry
        ? read.tools
        : new ToolRegistry({ tools: read.tools ?? (await loadBuiltins()), policy }),
    policy,
    limits,
    ledger: read.ledger,
    log: read.log ?? (() => undefined),
  });
}

async function loadBuiltins(): Promise<Tool[]> {
  const { builtinTools } = await import('../tools/builtin/index.js');
  return builtinTools();
}

function version(): string {
  return (createRequire(import.meta.url)('../../package.json') as { version: string }).version;
}

const readRuntime: OptionReader<Runtime> = (value, name) => {
  if (!(value instanceof Runtime)) throw invalid(name, value, 'a runtime, as createRuntime makes it');
  return value;
};

const readTools: OptionReader<ToolRegistry | Tool[]> = (value, name) => {
  if (value instanceof ToolRegistry) return value;
  if (typeof value === 'object' && value !== null && Symbol.iterator in value) return [...(value as Iterable<Tool>)];
  throw invalid(name, value, 'a ToolRegistry, or tools in an array');
};

const readLedger: OptionReader<Ledger> = (value, name) => {
  if (typeof (value as Partial<Ledger> | null)?.acquire === 'function') return value as Ledger;
  throw invalid(name, value, 'a ledger, as openLedger opens it');
};

const readLog: OptionReader<(level: LogLevel, logger: string, data: unknown) => void> = (value, name) => {
  if (typeof value !== 'function') throw invalid(name, value, 'a function');
  return value as never;
};
