import { StintError } from '../errors/stint-error.js';
import { systemCode } from '../errors/system-code.js';

/** The parts of the official SDK that are used. Loaded when somebody wants to speak MCP. */
export async function loadSdk() {
  try {
    const [server, types] = await Promise.all([
      import('@modelcontextprotocol/sdk/server/index.js'),
      import('@modelcontextprotocol/sdk/types.js'),
    ]);
    return { ...server, ...types };
  } catch (error) {
    throw missing(error);
  }
}

/** The transport over standard input and output. */
export async function loadStdioTransport() {
  try {
    return await import('@modelcontextprotocol/sdk/server/stdio.js');
  } catch (error) {
    throw missing(error);
  }
}

/** The transport over Streamable HTTP. */
export async function loadHttpTransport() {
  try {
    return await import('@modelcontextprotocol/sdk/server/streamableHttp.js');
  } catch (error) {
    throw missing(error);
  }
}

export type Sdk = Awaited<ReturnType<typeof loadSdk>>;

function missing(error: unknown): unknown {
  if (systemCode(error) !== 'ERR_MODULE_NOT_FOUND') return error;
  return new StintError(
    'DEPENDENCY_MISSING',
    'MCP needs @modelcontextprotocol/sdk: npm install @modelcontextprotocol/sdk',
    {
      cause: error,
    },
  );
}
