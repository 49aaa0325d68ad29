import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { StintError } from '#stint/errors/stint-error';
import { Handle, type IoCall, type Permissions, ScriptIo, type ScriptIoOptions } from '#stint/io/script-io';
import type { Value } from '#stint/values/value';

export const LOCAL: Permissions = { net: ['127.0.0.1:*'] };

/** A `ScriptIo` that is closed when the test is over. */
export function makeIo(options: Partial<ScriptIoOptions> = {}): ScriptIo {
  const io = new ScriptIo({ permissions: LOCAL, maxBytes: 16 * 1024 ** 2, ...options });
  onTestFinished(() => io.close());
  return io;
}

/** A server on a free port of this machine, with the sockets that came to it. It is gone when the test is over. */
export async function serve(
  onSocket: (socket: Socket) => void,
): Promise<{ port: number; sockets: Socket[]; server: Server }> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    // A peer that is cut off is what many tests are about.
    socket.on('error', () => socket.destroy());
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets, server };
}

/** Sends back what comes, and ends when the other side does. */
export const echo = (socket: Socket) => void socket.pipe(socket);

/** The error of a call, whether it is thrown or comes later. */
export async function failureOf(io: ScriptIo, name: IoCall, args: Value[], handle?: number): Promise<string> {
  try {
    await io.call(name, args, handle);
  } catch (error) {
    return `${(error as StintError).code} ${(error as StintError).message}`;
  }
  return 'no failure';
}

export async function open(io: ScriptIo, name: IoCall, args: Value[], handle?: number): Promise<Handle> {
  const result = await io.call(name, args, handle);
  if (!(result instanceof Handle)) throw new TypeError(`${name} gave ${String(result)}`);
  return result;
}

export async function connect(io: ScriptIo, port: number): Promise<number> {
  return (await open(io, 'tcp.connect', ['127.0.0.1', port])).id;
}

/** What one read gives, as a text; `null` at the end. */
export async function read(io: ScriptIo, id: number, most?: number): Promise<string | null> {
  const bytes = await io.call('connection.read', most === undefined ? [] : [most], id);
  return bytes === null ? null : Buffer.from(bytes as Uint8Array).toString();
}

/** All that comes until the end of the stream. */
export async function readAll(io: ScriptIo, id: number): Promise<string> {
  let text = '';
  for (let part = await read(io, id); part !== null; part = await read(io, id)) text += part;
  return text;
}

/** Waits until something holds, looking after every turn of the event loop. The test's own limit ends a wait that is in vain. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
