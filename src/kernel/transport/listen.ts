import type { Socket } from 'node:net';
import type { Ledger } from '../../ledger/ledger.js';
import { Account, type Principal } from '../account.js';
import type { ClientKind } from '../connection.js';
import type { ResolvedKernelLimits } from '../limits.js';
import { StreamWire } from '../stream-wire.js';
import type { Wire } from '../wire.js';
import { type HostPort, hostPortText } from './address.js';
import { type ConnectionFile, writeConnectionFile } from './connection-file.js';
import type { ListenOptions, ReadListenOptions } from './listen-options.js';
import { makeToken, tokenCheck } from './token.js';
import type { Bound } from './unix.js';

/** Where a kernel listens. Leaving its `await using` block closes it. */
export interface Listener extends AsyncDisposable {
  /** As `connect` takes it. */
  readonly address: string;
  /** All that `connect` needs, the token too. */
  readonly connection: ConnectionFile;
  /** Settles when it is closed: for `stdio` when the other end has gone. */
  readonly closed: Promise<void>;
  /** Takes no more clients, and lets those go that are there. */
  close(): Promise<void>;
}

/** What a listener needs of its kernel. */
export interface ListenHost {
  readonly limits: ResolvedKernelLimits;
  /** Records what listening leaves on disk, so that it does not outlive the process. */
  readonly ledger: Ledger | undefined;
  /** Takes a connection in; the kernel keeps it. */
  accept(wire: Wire, kind: ClientKind, listener: string): void;
}

/** What listens, before it is the kernel's. */
export interface Listening {
  readonly address: string;
  readonly token?: string;
  readonly bound: Pick<Bound, 'close'>;
  /** Settles when the other end has gone, where there is only one. */
  readonly gone?: Promise<void>;
}

/** Begins to listen. @throws StintError `INVALID_ARGUMENT` if that cannot be done */
export async function startListening(options: ReadListenOptions, host: ListenHost): Promise<Listening> {
  const { unix, tcp, stdio, connectionFile } = options;
  const listening = await (unix !== undefined
    ? listenAtPath(unix, options, host)
    : tcp !== undefined
      ? listenAtPort(tcp, options, host)
      : stdio !== undefined
        ? listenToStreams(stdio, options, host)
        : listenToWeb(options, host));
  if (connectionFile === undefined) return listening;
  let remove: () => Promise<void>;
  try {
    remove = await writeConnectionFile(connectionFile, connectionOf(listening), host.ledger);
  } catch (error) {
    await listening.bound.close();
    throw error;
  }
  const { bound } = listening;
  return {
    ...listening,
    bound: {
      async close() {
        try {
          await remove();
        } finally {
          await bound.close();
        }
      },
    },
  };
}

/** How to connect to what listens. */
export function connectionOf({ address, token }: Listening): ConnectionFile {
  return { version: 1, address, ...(token === undefined ? {} : { token }), pid: process.pid };
}

async function listenAtPath(path: string, { control = true }: ReadListenOptions, host: ListenHost): Promise<Listening> {
  const { listenUnix } = await import('./unix.js');
  const principal: Principal = { name: `unix:${path}`, local: false, control };
  const bound = await listenUnix(path, (socket) => acceptSocket(socket, { principal }, host), host.ledger);
  bound.server.maxConnections = host.limits.clients;
  return { address: principal.name, bound };
}

async function listenAtPort(at: HostPort, options: ReadListenOptions, host: ListenHost): Promise<Listening> {
  const { listenTcp } = await import('./tcp.js');
  const { token = makeToken(), control = false } = options;
  const isToken = tokenCheck(token);
  const kind = (): ClientKind => ({ principal: { name: address, local: false, control }, isToken });
  const bound = await listenTcp(at, (socket) => acceptSocket(socket, kind(), host));
  const address = `tcp://${hostPortText(bound.bound)}`;
  bound.server.maxConnections = host.limits.clients;
  return { address, token, bound };
}

function acceptSocket(socket: Socket, kind: ClientKind, host: ListenHost): void {
  host.accept(new StreamWire(socket, socket, host.limits.message, host.limits.linger), kind, kind.principal.name);
}

async function listenToStreams(
  stdio: Exclude<ReadListenOptions['stdio'], undefined>,
  { control = true }: ReadListenOptions,
  host: ListenHost,
): Promise<Listening> {
  const { input, output } = stdio === true ? { input: process.stdin, output: process.stdout } : stdio;
  const wire = new StreamWire(input, output, host.limits.message, host.limits.linger);
  host.accept(wire, { principal: { name: 'stdio', local: false, control } }, 'stdio');
  return { address: 'stdio', bound: { close: async () => wire.end() }, gone: wire.closed };
}

async function listenToWeb(options: ReadListenOptions, host: ListenHost): Promise<Listening> {
  const [{ listenWeb }, { httpRoute }] = await Promise.all([import('./web-server.js'), import('./http-route.js')]);
  const { websocket, http, token = makeToken(), control = false, hosts = [], origins = [], routes = {} } = options;
  const scheme = http === undefined ? 'ws' : 'http';
  // Known when it listens, and asked for when a client comes.
  let principal: Principal;
  let account: Account | undefined;
  const cancellable = new Map<string, AbortController>();
  const { WebSocketWire } = await import('../websocket-wire.js');
  const kind = (): ClientKind => {
    account ??= new Account(principal, host.limits);
    return { principal, account, cancellable };
  };
  const bound = await listenWeb(
    (websocket ?? http) as HostPort,
    { hosts, origins, isToken: tokenCheck(token) },
    http === undefined
      ? {
          routes,
          onWebSocket: (socket, carrier) =>
            host.accept(new WebSocketWire(socket, carrier), { principal }, principal.name),
        }
      : { routes: { '/rpc': httpRoute(host, kind), ...routes } },
    host.limits,
  );
  const address = `${scheme}://${hostPortText(bound.bound)}`;
  principal = { name: address, local: false, control };
  return { address, token, bound };
}

export type { ListenOptions };
