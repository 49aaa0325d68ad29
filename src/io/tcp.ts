/**
 * The TCP of one script: opens connections and listeners, and can end all of it at once.
 *
 * 1. Every socket is tracked from the moment in which it exists: `abandon` leaves none, in whatever state.
 * 2. After `abandon` nothing is called back.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { ClosingSockets } from './closing-sockets.js';
import { Connection, type Opening } from './connection.js';
import type { HeldBytes } from './held-bytes.js';
import { Listener } from './listener.js';
import type { Target } from './net-guard.js';
import { pinned } from './pinned.js';
import { failure } from './refusal.js';
import { reasonOf } from './system-error.js';

/** How many connections the system keeps for a listener until its thread comes to accept them. */
const SYSTEM_BACKLOG = 4096;

export class Tcp {
  readonly sockets = new Set<Socket>();
  readonly closing = new ClosingSockets();
  readonly servers = new Set<Server>();
  readonly held: HeldBytes;
  /** Connections that were accepted and not taken, of all listeners together. */
  untaken = 0;
  #abandoned = false;

  constructor(held: HeldBytes) {
    this.held = held;
  }

  /** Connects to one of the target's addresses, and to no other. */
  connect(target: Target, opening: Opening): void {
    const socket = connect({ ...pinned(target), noDelay: true, allowHalfOpen: true });
    // Nothing is read before the script asks.
    socket.pause();
    new Connection(socket, `to ${target.label}`, this, opening);
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
    const refuse = (error: Error): void => {
      this.servers.delete(server);
      if (!this.#abandoned) failed(failure(`cannot listen on ${label}: ${reasonOf(error)}`));
    };
    server.on('error', refuse).on('listening', () => {
      // From here on an error is that of one connection that could not be accepted, for want of descriptors say.
      server.off('error', refuse).on('error', ignore);
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
    for (const socket of this.sockets) abandonSocket(socket);
    this.sockets.clear();
  }
}

/** Destroys a socket, and nobody hears of it: whoever waits for one is gone as well. */
function abandonSocket(socket: Socket): void {
  socket.removeAllListeners();
  // Without a listener an error would be one of the thread.
  socket.on('error', ignore);
  socket.destroy();
}

function ignore(): void {
  // There is nobody who could do anything about it.
}
