import { readConfig } from '../../daemon/config.js';
import { ConfiguredTools } from '../../daemon/configured-tools.js';
import { findDaemon } from '../../daemon/find-daemon.js';
import { placesOf } from '../../daemon/places.js';
import { isStintError } from '../../errors/stint-error.js';
import { createKernel } from '../../kernel/create-kernel.js';
import { serveMcpStdio } from '../../mcp/stdio.js';
import { EXIT } from '../exit-status.js';
import { watchSignals } from '../signals.js';

export interface McpFlags {
  readonly config?: string;
  /** False: with a kernel of its own, also if there is a daemon. */
  readonly daemon: boolean;
}

/** `stint mcp`: serves MCP over standard input and output until they are closed, or the daemon that it goes through is gone. */
export async function serveMcp(flags: McpFlags): Promise<number> {
  const places = placesOf(process.env);
  const ended = new AbortController();
  using signals = watchSignals(() => ended.abort());
  const daemon = flags.daemon && flags.config === undefined ? await findDaemon(places.socket) : undefined;
  if (daemon !== undefined) {
    const { serverInfo } = await daemon.info();
    process.stderr.write(`stint: with the daemon, process ${serverInfo.pid}\n`);
    try {
      await serveMcpStdio(daemon, ended.signal);
    } catch (error) {
      if (!isStintError(error, 'PROTOCOL')) throw error;
      process.stderr.write(`stint: the daemon, process ${serverInfo.pid}, is gone; start stint mcp again\n`);
      return EXIT.runtime;
    }
    return signals.status ?? EXIT.completed;
  }
  const config = await readConfig(flags.config ?? places.config, flags.config === undefined);
  const { policy, limits } = config;
  await using kernel = await createKernel({ policy, limits });
  for (const problem of await new ConfiguredTools(kernel.tools).load(config))
    process.stderr.write(`stint: ${problem}\n`);
  await serveMcpStdio(kernel.client({ name: 'mcp' }), ended.signal);
  return signals.status ?? EXIT.completed;
}
