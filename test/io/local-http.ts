import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ScriptIo } from '#stint/io/script-io';
import type { Value } from '#stint/values/value';
import { failureOf } from './local.js';

export interface Answer {
  status: number;
  statusText: string;
  ok: boolean;
  url: string;
  redirected: boolean;
  headers: Record<string, Value>;
  body: Uint8Array;
}

/** An HTTP server on a free port of this machine, gone when the test is over. */
export async function serveHttp(listener: RequestListener): Promise<{ url: string; port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer(listener);
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, sockets };
}

export async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

export function redirect(response: ServerResponse, location: string, status = 302): void {
  response.writeHead(status, { location }).end('moved');
}

export const request = async (io: ScriptIo, options: Value) =>
  (await io.call('http.request', [options])) as unknown as Answer;
export const failure = (io: ScriptIo, options: Value) => failureOf(io, 'http.request', [options]);
export const text = ({ body }: Answer) => Buffer.from(body).toString();
