import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type WebSocket from 'ws';
import { WebSocketServer } from 'ws';
import type { HostPort } from './address.js';
import { bind } from './tcp.js';
import type { Bound } from './unix.js';
import { type Refusal, refusalOf, type WebRules } from './web-guard.js';

/** What a web server serves, to those whom {@link refusalOf} lets through. */
export interface WebSite {
  /** By path. */
  readonly routes: Readonly<Record<string, RequestListener>>;
  /** Takes WebSockets, if there are any to be had. */
  readonly onWebSocket?: (socket: WebSocket, carrier: Duplex) => void;
}

/** Bounds of a web server. */
export interface WebLimits {
  /** Connections. */
  readonly clients: number;
  /** Milliseconds until the head of a request is there. */
  readonly handshake: number;
  /** Bytes of a WebSocket message. */
  readonly message: number;
}

/** How long a body may take, in ms. */
const BODY_MS = 60_000;

/** Serves HTTP and WebSocket at one port. @throws StintError `INVALID_ARGUMENT` if it cannot listen there */
export async function listenWeb(
  at: HostPort,
  rules: Omit<WebRules, 'bound'>,
  site: WebSite,
  limits: WebLimits,
): Promise<Bound & { bound: HostPort }> {
  const server = createServer({
    headersTimeout: limits.handshake,
    requestTimeout: BODY_MS,
    noDelay: true,
    keepAlive: true,
  });
  server.maxConnections = limits.clients;
  const bound = await bind(server, at);
  const allRules: WebRules = { ...rules, bound };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const refusal = refusalOf(request, allRules);
    const route = site.routes[pathOf(request)];
    if (refusal !== undefined) refuse(response, refusal);
    else if (route === undefined) respond(response, 404, `there is nothing at ${pathOf(request).slice(0, 100)}`);
    else route(request, response);
  });
  const { onWebSocket } = site;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.message, perMessageDeflate: false });
  // Without a listener Node takes a request that offers another protocol (HTTP/2, as clients in Java do) as what it is otherwise.
  if (onWebSocket !== undefined) {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const refusal = refusalOf(request, allRules);
      if (refusal === undefined) {
        sockets.handleUpgrade(request, socket, head, (webSocket) => onWebSocket(webSocket, socket));
        return;
      }
      const { status, why } = refusal;
      dismiss(socket, `HTTP/1.1 ${status} \r\nconnection: close\r\ncontent-type: text/plain\r\n\r\n${why}\n`);
    });
  }
  return {
    server,
    bound,
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeIdleConnections();
      sockets.close();
      const timer = setTimeout(() => server.closeAllConnections(), LAST_WORDS_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** Ends a connection that the HTTP server has let go of, whether or not its other end takes the last words. */
function dismiss(socket: Duplex, text: string): void {
  // What goes wrong with it now is nobody's concern.
  socket.on('error', () => undefined);
  const timer = setTimeout(() => socket.destroy(), LAST_WORDS_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.end(text, () => socket.destroy());
}

/** How long an exchange that is under way may take when the server closes, and a refusal until it is read. */
const LAST_WORDS_MS = 1000;

function refuse(response: ServerResponse, { status, why }: Refusal): void {
  if (status === 401) response.setHeader('www-authenticate', 'Bearer realm="stint"');
  respond(response, status, why);
}

/** Answers with a line of text, and ends the connection if a body may still come. */
export function respond(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${text}\n`);
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] as string;
}
