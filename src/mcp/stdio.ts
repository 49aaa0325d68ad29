import type { KernelClient } from '../kernel/client/kernel-client.js';
import { McpServer } from './mcp-server.js';
import { loadSdk, loadStdioTransport } from './sdk.js';

/**
 * Serves MCP over standard input and output until the other end closes them, the signal aborts, or the kernel is gone. Whatever else writes to standard output
 * meanwhile breaks the protocol.
 *
 * @param client for this connection; it is closed at the end
 * @throws StintError `DEPENDENCY_MISSING`; `PROTOCOL` if the kernel is gone: nothing can be served any more
 */
export async function serveMcpStdio(client: KernelClient, signal?: AbortSignal): Promise<void> {
  const [sdk, { StdioServerTransport }] = await Promise.all([loadSdk(), loadStdioTransport()]);
  const mcp = await McpServer.make(sdk, client);
  const transport = new StdioServerTransport();
  const closed = new Promise<Error | undefined>((resolve) => {
    mcp.server.onclose = () => resolve(undefined);
    // The SDK does not notice the end of its input.
    process.stdin.once('end', () => resolve(undefined));
    void client.closed.then(resolve);
    process.stdout.once('error', () => resolve(undefined));
    signal?.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  await mcp.server.connect(transport);
  const error = await closed;
  await mcp.close();
  await mcp.server.close();
  if (error !== undefined) throw error;
}
