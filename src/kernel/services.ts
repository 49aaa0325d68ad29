import type { OwnLedger } from '../hosts/own-ledger.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Policy } from '../tools/policy.js';
import type { ToolRegistry } from '../tools/registry.js';
import type { ClientState } from './call.js';
import type { ResolvedKernelLimits } from './limits.js';
import type { LogLevel } from './log.js';
import type { SessionTable } from './sessions/session-table.js';
import type { KernelStats } from './stats.js';
import type { Topic } from './topics.js';

/** What methods need of the kernel. */
export interface Services {
  readonly name: string;
  readonly version: string;
  readonly limits: ResolvedKernelLimits;
  readonly registry: ToolRegistry;
  readonly policy: Policy;
  readonly runtime: Runtime;
  /** Records the programs and scratch directories of tools. */
  readonly ledger: OwnLedger;
  readonly sessions: SessionTable;
  stats(): KernelStats;
  /** Begins to tell subscribers of a topic, if nobody has yet. */
  watch(topic: Topic): void;
  log(level: LogLevel, logger: string, data: unknown): void;
  /** A client asks for the end of everything. Returns at once. */
  shutdown(client: ClientState): void;
}
