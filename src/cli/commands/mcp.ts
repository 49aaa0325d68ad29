import { readConfig } from '../../daemon/config.js';
import { ConfiguredTools } from '../../daemon/configured-tools.js';
import { findDaemon } from '../../daemon/find-daemon.js';
import { placesOf } from '../../daemon/places.js';
import { createKernel } from '../../kernel/create-kernel.js';
import { serveMcpStdio } from '../../mcp/stdio.js';
import { EXIT } from '../exit-status.js';
import { watchSignals } from '../signals.js';

export interface McpFlags {
  readonly config?: string;
  /** False: with a kernel of its own, also if there is a daemon. */
  readonly daemon: boolean;
}

/** `stint mcp`: serves MCP over standard input and output until they are closed. */
export async function serveMcp(flags: McpFlags): Promise<number> {
  const places = placesOf(process.env);
  const ended = new AbortController();
  using signals = watchSignals(() => ended.abort());
  const daemon = flags.daemon && flags.config === undefined ? await findDaemon(places.socket) : undefined;
  if (daemon !== undefined) {
    const { serverInfo } = await daemon.info();
    process.stderr.write(`stint: with the daemon, process ${serverInfo.pid}\n`);
    await serveMcpStdio(daemon, ended.signal);
    return signals.status ?? EXIT.completed;
  }
  const { policy, limits, tools } = await readConfig(flags.config ?? places.config, flags.config === undefined);
  await using kernel = await createKernel({ policy, limits });
  for (const problem of await new ConfiguredTools(kernel.tools).load(tools))
    process.stderr.write(`stint: ${problem}\n`);
  await serveMcpStdio(kernel.client({ name: 'mcp' }), ended.signal);
  return signals.status ?? EXIT.completed;
}
