/**
 * MCP over Streamable HTTP: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports.
 *
 * 1. Each MCP session is a client of the kernel, with its own limits and sessions.
 * 2. There are no more than {@link MOST_SESSIONS}; one that nobody uses for {@link IDLE_MS} is closed.
 * 3. A response that is lost cancels its requests: they could not be answered any more. One whose last request was cancelled ends.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Kernel } from '../kernel/kernel.js';
import { McpServer } from './mcp-server.js';
import { loadHttpTransport, loadSdk } from './sdk.js';

const MOST_SESSIONS = 256;
const IDLE_MS = 30 * 60_000;
const LOOK_MS = 60_000;
const LONGEST_BODY = 4 * 1024 ** 2;

interface HttpSession {
  readonly mcp: McpServer;
  readonly transport: StreamableHTTPServerTransport;
  /** The responses that are open, and the ids of the requests that they have still to answer. */
  readonly awaited: Map<ServerResponse, Set<unknown>>;
  /** Exchanges that are open, the stream of news among them. */
  open: number;
  usedAt: number;
}

/** What serves MCP at one path. */
export interface McpRoute extends AsyncDisposable {
  /** To be put behind checks of host, origin and token: `kernel.listen({ http, routes: { '/mcp': route.handle } })`. */
  readonly handle: RequestListener;
  close(): Promise<void>;
}

/** Makes what serves a kernel over Streamable HTTP. @throws StintError `DEPENDENCY_MISSING` */
export async function createMcpRoute(kernel: Kernel): Promise<McpRoute> {
  const [sdk, { StreamableHTTPServerTransport }] = await Promise.all([loadSdk(), loadHttpTransport()]);
  const sessions = new Map<string, HttpSession>();
  const timer = setInterval(() => {
    const now = performance.now();
    for (const [id, { open, usedAt }] of sessions) if (open === 0 && now - usedAt > IDLE_MS) void end(id);
  }, LOOK_MS);
  timer.unref();

  const end = async (id: string): Promise<void> => {
    const session = sessions.get(id);
    sessions.delete(id);
    await session?.mcp.close();
    await session?.mcp.server.close();
  };

  const begin = async (): Promise<HttpSession> => {
    const id = randomUUID();
    const mcp = await McpServer.make(sdk, kernel.client({ name: `mcp-${id}` }));
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      onsessioninitialized: () => void sessions.set(id, session),
      onsessionclosed: () => end(id),
    });
    const session: HttpSession = { mcp, transport, awaited: new Map(), open: 0, usedAt: performance.now() };
    noteAnswers(session);
    // The SDK's types are not made for exactOptionalPropertyTypes.
    await mcp.server.connect(transport as Parameters<typeof mcp.server.connect>[0]);
    return session;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = request.headers['mcp-session-id'];
    const body = request.method === 'POST' ? await readBody(request) : undefined;
    if (body === TOO_LONG) {
      // The rest of the body is not read: nothing more can come over this connection.
      response.setHeader('connection', 'close');
      return answer(response, 413, `a message has more than ${LONGEST_BODY} bytes`);
    }
    if (body === NO_JSON) return answer(response, 400, 'the body is no JSON text', -32700);
    const known = typeof id === 'string' ? sessions.get(id) : undefined;
    if (id !== undefined && known === undefined)
      return answer(response, 404, 'there is no such session; initialize a new one');
    if (known === undefined && !sdk.isInitializeRequest(body)) return answer(response, 400, 'begin with initialize');
    if (known === undefined && sessions.size >= MOST_SESSIONS)
      return answer(response, 503, `${sessions.size} sessions are open`);
    const session = known ?? (await begin());
    session.open += 1;
    session.awaited.set(
      response,
      new Set(
        messagesOf(body)
          .filter(isRequest)
          .map((message) => message.id),
      ),
    );
    response.once('close', () => {
      session.open -= 1;
      session.usedAt = performance.now();
      if (!response.writableFinished) cancelAwaited(session, response);
      session.awaited.delete(response);
    });
    await session.transport.handleRequest(request, response, body);
    for (const id of messagesOf(body).map(cancelledId)) if (id !== undefined) settle(session, id);
    // What the SDK refused has no session.
    if (known === undefined && session.transport.sessionId === undefined) await session.mcp.close();
  };

  const close = async (): Promise<void> => {
    clearInterval(timer);
    await Promise.all([...sessions.keys()].map(end));
  };
  return {
    handle: (request, response) => {
      handle(request, response).catch((error: unknown) => {
        kernel.log('error', 'mcp', { message: (error as Error).message });
        if (response.headersSent) response.destroy();
        else answer(response, 500, 'the request could not be carried out');
      });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly requestId?: unknown } | null;
}

/** The messages of a body: one, or several in an array. */
function messagesOf(body: unknown): Message[] {
  return [body].flat().filter((message) => typeof message === 'object' && message !== null) as Message[];
}

function isRequest({ id, method }: Message): boolean {
  return id !== undefined && method !== undefined;
}

/** The id of the request that a message cancels. */
function cancelledId({ method, params }: Message): unknown {
  return method === 'notifications/cancelled' ? params?.requestId : undefined;
}

/** Cancels what a response that was lost was to answer. */
function cancelAwaited({ transport, awaited }: HttpSession, response: ServerResponse): void {
  for (const requestId of awaited.get(response) ?? []) {
    transport.onmessage?.({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: requestId as string | number, reason: 'the stream was lost' },
    });
  }
}

/** A request is answered, or cancelled, and then never is: its response ends if it was the last one that it waited for. */
function settle({ transport, awaited }: HttpSession, id: unknown): void {
  for (const ids of awaited.values()) {
    if (ids.delete(id) && ids.size === 0) transport.closeSSEStream(id as string | number);
  }
}

/** Has it noted what is answered. */
function noteAnswers(session: HttpSession): void {
  const { transport } = session;
  const send = transport.send.bind(transport);
  transport.send = async (message, options) => {
    await send(message, options);
    if (!('method' in message)) settle(session, message.id);
  };
}

const TOO_LONG = Symbol('too long');
const NO_JSON = Symbol('no JSON');

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LONGEST_BODY) return TOO_LONG;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return NO_JSON;
  }
}

function answer(response: ServerResponse, status: number, message: string, code = -32000): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }));
}
