import type { KernelClient } from '../kernel/client/kernel-client.js';
import { McpServer } from './mcp-server.js';
import { loadSdk, loadStdioTransport } from './sdk.js';

/**
 * Serves MCP over standard input and output until the other end closes them or the signal aborts. Whatever else writes to standard output
 * meanwhile breaks the protocol.
 *
 * @param client for this connection; it is closed at the end
 * @throws StintError `DEPENDENCY_MISSING`
 */
export async function serveMcpStdio(client: KernelClient, signal?: AbortSignal): Promise<void> {
  const [sdk, { StdioServerTransport }] = await Promise.all([loadSdk(), loadStdioTransport()]);
  const mcp = await McpServer.make(sdk, client);
  const transport = new StdioServerTransport();
  const closed = new Promise<void>((resolve) => {
    mcp.server.onclose = resolve;
    // The SDK does not notice the end of its input.
    process.stdin.once('end', resolve);
    process.stdout.once('error', () => resolve());
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
  await mcp.server.connect(transport);
  await closed;
  await mcp.close();
  await mcp.server.close();
}
