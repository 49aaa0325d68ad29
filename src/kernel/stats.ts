import type { RuntimeStats } from '../runtime/stats.js';

/** What a kernel is doing and has done. */
export interface KernelStats {
  readonly name: string;
  readonly version: string;
  /** The process. */
  readonly pid: number;
  readonly uptimeMs: number;
  /** Bytes of resident memory of the process. */
  readonly memory: number;
  /** Clients that are connected, within the process or over listeners. */
  readonly clients: number;
  readonly listeners: readonly string[];
  /** Requests that are not answered yet; those answered so far, and how many of them with an error. */
  readonly inFlight: number;
  readonly answered: number;
  readonly failed: number;
  /** Messages that broke the protocol, and connections that were refused or cut off for it. */
  readonly faults: number;
  readonly refused: number;
  readonly tools: number;
  readonly sessions: number;
  /** Undefined while no script has come. */
  readonly runtime: RuntimeStats | undefined;
}

/** Counts what happens. */
export class KernelCounter {
  inFlight = 0;
  answered = 0;
  failed = 0;
  faults = 0;
  refused = 0;
}
