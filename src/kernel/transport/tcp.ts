import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { StintError } from '../../errors/stint-error.js';
import { type HostPort, hostPortText } from './address.js';
import { BACKLOG, type Bound } from './unix.js';

const KEEP_ALIVE_MS = 30_000;

/** Listens at a host and a port. @throws StintError `INVALID_ARGUMENT` if that cannot be done */
export async function listenTcp(
  at: HostPort,
  onSocket: (socket: Socket) => void,
): Promise<Bound & { bound: HostPort }> {
  const server = createServer(
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS, allowHalfOpen: true },
    onSocket,
  );
  const bound = await bind(server, at);
  return { server, bound, close: () => new Promise((done) => server.close(() => done())) };
}

/** Has a server listen. Gives where, with the port that it got. @throws StintError `INVALID_ARGUMENT` */
export async function bind(server: Server, at: HostPort): Promise<HostPort> {
  server.listen({ host: at.host, port: at.port, backlog: BACKLOG });
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'somebody listens there already' : message;
    throw new StintError('INVALID_ARGUMENT', `cannot listen at ${hostPortText(at)}: ${why}`, { cause: error });
  }
  return { host: at.host, port: (server.address() as AddressInfo).port };
}
