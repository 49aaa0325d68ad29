/**
 * A kernel as a process of its own.
 *
 * 1. It listens where it was told to, or not at all: what cannot be listened at ends it, with nothing left.
 * 2. It ends in phases: no new clients; what is in flight has the grace; then it is cancelled; sessions; files; the process.
 * 3. What it leaves on disk while it listens is in its ledger: it does not outlive a daemon that is killed.
 * 4. A configuration that cannot be read does not replace the one that holds.
 */
import { messageOf } from '../errors/describe.js';
import { isStintError } from '../errors/stint-error.js';
import { OwnLedger } from '../hosts/own-ledger.js';
import { createKernel } from '../kernel/create-kernel.js';
import type { Kernel } from '../kernel/kernel.js';
import type { LogLevel } from '../kernel/log.js';
import type { Listener } from '../kernel/transport/listen.js';
import type { ListenOptions } from '../kernel/transport/listen-options.js';
import { readConfig } from './config.js';
import { ConfiguredTools } from './configured-tools.js';

/** Where to serve, and what. */
export interface ServePlan {
  readonly listen: readonly ListenOptions[];
  readonly config: string;
  /** Whether the configuration may be missing: the user has not named it. */
  readonly configOptional: boolean;
  readonly log: (level: LogLevel, logger: string, data: unknown) => void;
  /** Milliseconds that what is in flight has at the end. */
  readonly grace: number;
}

/** A kernel that serves. */
export interface Serving {
  readonly kernel: Kernel;
  readonly listeners: readonly Listener[];
  /** Reads the configuration again: policy and tools. Limits of clients stay as they are. Never rejects. */
  reload(): Promise<void>;
  /** Settles when a client has asked for the end, or all that can be listened to has gone. */
  readonly endAsked: Promise<string>;
  close(): Promise<void>;
}

/** Begins to serve. @throws StintError `INVALID_ARGUMENT`, `PERMISSION_DENIED`, `DEPENDENCY_MISSING` */
export async function serve(plan: ServePlan): Promise<Serving> {
  const config = await readConfig(plan.config, plan.configOptional);
  const { policy, limits } = config;
  const own = new OwnLedger(undefined, (why) => plan.log('warning', 'daemon', { event: 'no ledger', why }));
  const ledger = await own.get();
  const kernel = await createKernel({ policy, limits, log: plan.log, ...(ledger === undefined ? {} : { ledger }) });
  const closers: (() => Promise<void>)[] = [];
  const release = async (grace: number): Promise<void> => {
    await kernel.close({ grace });
    for (const closer of closers) await closer();
    await own
      .close()
      .catch((error: unknown) => plan.log('warning', 'daemon', { event: 'left', why: messageOf(error) }));
  };
  const close = async (): Promise<void> => {
    kernel.log('info', 'daemon', { event: 'ending', grace: plan.grace, inFlight: kernel.stats().inFlight });
    await release(plan.grace);
  };
  try {
    const configured = new ConfiguredTools(kernel.tools);
    report(kernel, await configured.load(config));
    const listeners: Listener[] = [];
    for (const options of plan.listen) listeners.push(await kernel.listen(await withMcp(kernel, options, closers)));
    let reloading: Promise<void> = Promise.resolve();
    const reloadNow = async (): Promise<void> => {
      try {
        const read = await readConfig(plan.config, plan.configOptional);
        kernel.policy = read.policy;
        report(kernel, await configured.load(read));
        kernel.log('notice', 'daemon', { event: 'reloaded', config: plan.config, tools: kernel.tools.size });
      } catch (error) {
        if (!isStintError(error)) throw error;
        kernel.log('error', 'daemon', { event: 'not reloaded', why: error.message });
      }
    };
    // One after the other: what was read last holds.
    const reload = (): Promise<void> => {
      reloading = reloading.then(reloadNow);
      return reloading;
    };
    const gone = Promise.all(listeners.map(({ closed }) => closed)).then(() => 'its last listener');
    return { kernel, listeners, reload, endAsked: Promise.race([kernel.shutdownAsked, gone]), close };
  } catch (error) {
    await release(0);
    throw error;
  }
}

/** HTTP has MCP beside the kernel's own protocol, where the SDK is installed. */
async function withMcp(
  kernel: Kernel,
  options: ListenOptions,
  closers: (() => Promise<void>)[],
): Promise<ListenOptions> {
  if (!('http' in options)) return options;
  try {
    const { createMcpRoute } = await import('../mcp/http.js');
    const route = await createMcpRoute(kernel);
    closers.push(() => route.close());
    return { ...options, routes: { ...options.routes, '/mcp': route.handle } };
  } catch (error) {
    if (!isStintError(error, 'DEPENDENCY_MISSING')) throw error;
    kernel.log('warning', 'daemon', { event: 'no MCP', why: error.message });
    return options;
  }
}

function report(kernel: Kernel, problems: readonly string[]): void {
  for (const problem of problems) kernel.log('warning', 'tools', { problem });
}
