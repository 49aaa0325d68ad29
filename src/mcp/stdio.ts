import type { KernelClient } from '../kernel/client/kernel-client.js';
import { DEFAULT_KERNEL_LIMITS } from '../kernel/limits.js';
import { McpServer } from './mcp-server.js';
import { loadSdk, loadStdioTransport } from './sdk.js';
import { Unanswered } from './unanswered.js';

/**
 * Serves MCP over standard input and output until the other end closes them (what it has asked is answered first, within 30 s), the
 * signal aborts, or the kernel is gone. Whatever else writes to standard output meanwhile breaks the protocol.
 *
 * @param client for this connection; it is closed at the end
 * @throws StintError `DEPENDENCY_MISSING`; `PROTOCOL` if the kernel is gone: nothing can be served any more
 */
export async function serveMcpStdio(client: KernelClient, signal?: AbortSignal): Promise<void> {
  const [sdk, { StdioServerTransport }] = await Promise.all([loadSdk(), loadStdioTransport()]);
  const mcp = await McpServer.make(sdk, client);
  const transport = new StdioServerTransport();
  let finish!: (error?: Error) => void;
  const closed = new Promise<Error | undefined>((resolve) => {
    finish = resolve;
    mcp.server.onclose = () => resolve(undefined);
    void client.closed.then(resolve);
    process.stdout.once('error', () => resolve(undefined));
    signal?.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  await mcp.server.connect(transport);
  const unanswered = new Unanswered(transport);
  // The SDK does not notice the end of its input. What was asked before is answered, as over a socket.
  process.stdin.once('end', () => {
    void unanswered.none().then(() => finish());
    setTimeout(finish, DEFAULT_KERNEL_LIMITS.linger).unref();
  });
  const error = await closed;
  await mcp.close();
  await mcp.server.close();
  if (error !== undefined) throw error;
}
