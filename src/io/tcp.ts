/**
 * The TCP of one script: opens connections and listeners, and can end all of it at once.
 *
 * 1. Every socket is tracked from the moment in which it exists: `abandon` leaves none, in whatever state.
 * 2. After `abandon` nothing is called back.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { ClosingSockets } from './closing-sockets.js';
import { Connection } from './connection.js';
import type { HeldBytes } from './held-bytes.js';
import { Listener } from './listener.js';
import type { Target } from './net-guard.js';
import { pinned } from './pinned.js';
import { failure } from './refusal.js';
import { Sockets } from './sockets.js';
import { reasonOf } from './system-error.js';

/** How many connections the system keeps for a listener until its thread comes to accept them. */
const SYSTEM_BACKLOG = 4096;

export class Tcp {
  readonly sockets = new Sockets();
  readonly closing = new ClosingSockets();
  readonly servers = new Set<Server>();
  readonly held: HeldBytes;
  /** Connections that were accepted and not taken, of all listeners together. */
  untaken = 0;
  #abandoned = false;

  constructor(held: HeldBytes) {
    this.held = held;
  }

  /** Connects to one of the target's addresses, and to no other. Calls one of the two when it is decided. */
  connect(target: Target, opened: (connection: Connection) => void, failed: (error: Error) => void): void {
    const socket = openSocket(target);
    this.sockets.track(socket);
    socket.on('error', refuse).once('connect', () => {
      socket.off('error', refuse);
      opened(new Connection(socket, `the connection to ${target.label}`, this.held));
    });
    function refuse(error: Error): void {
      failed(failure(`cannot connect to ${target.label}: ${reasonOf(error)}`));
    }
  }

  /** Listens on the target's first address. Calls one of the two when it is decided. */
  listen(
    { label, port, addresses }: Target,
    opened: (listener: Listener) => void,
    failed: (error: Error) => void,
  ): void {
    // Nothing is read of a connection before its script asks: what nobody takes must not fill the memory.
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
    this.servers.add(server);
    server.on('error', (error) => {
      this.servers.delete(server);
      if (!this.#abandoned) failed(failure(`cannot listen on ${label}: ${reasonOf(error)}`));
    });
    server.on('listening', () => {
      if (this.#abandoned) server.close();
      else opened(new Listener(server, this));
    });
    server.listen({ host: addresses[0]?.address, port, backlog: SYSTEM_BACKLOG, exclusive: true, ipv6Only: true });
  }

  abandon(): void {
    this.#abandoned = true;
    this.closing.clear();
    for (const server of this.servers) server.close();
    this.servers.clear();
    this.sockets.abandon();
  }
}

function openSocket(target: Target): Socket {
  const socket = connect({ ...pinned(target), noDelay: true, allowHalfOpen: true });
  // Read nothing before the script asks.
  return socket.pause();
}
