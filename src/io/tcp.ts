/**
 * The TCP of one script: opens connections and listeners, and can end all of it at once.
 *
 * 1. Every socket is known from the moment in which it exists: `abandon` leaves none, in whatever state.
 * 2. After `abandon` nothing is called back.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Connection } from './connection.js';
import { Connections } from './connections.js';
import type { HeldBytes } from './held-bytes.js';
import { Listener } from './listener.js';
import type { Target } from './net-guard.js';
import type { Opening } from './opening.js';
import { pinned } from './pinned.js';
import { failure } from './refusal.js';
import { reasonOf } from './system-error.js';

/** How many connections the system keeps for a listener until its thread comes to accept them. */
const SYSTEM_BACKLOG = 4096;

/** Where what is read arrives, for all connections of this thread: each takes its bytes out at once. A buffer for each read would cost more than the read. */
const ARRIVALS = new Uint8Array(65_536);

export class Tcp {
  readonly connections = new Connections();
  readonly servers = new Set<Server>();
  readonly held: HeldBytes;
  /** Connections that were accepted and not taken, of all listeners together. */
  untaken = 0;
  #abandoned = false;

  constructor(held: HeldBytes) {
    this.held = held;
  }

  /** Connects to one of the target's addresses, and to no other. */
  connect(target: Target, opening: Opening<Connection>): void {
    const callback = (length: number, buffer: Uint8Array): true => connection.arrived(buffer, length);
    const onread = { buffer: ARRIVALS, callback };
    const { host, port, lookup, autoSelectFamily } = pinned(target);
    const options = { host, port, lookup, autoSelectFamily, noDelay: true, allowHalfOpen: true, onread };
    const socket: Socket = connect(options);
    const connection = new Connection(socket, `to ${target.label}`, this, opening);
  }

  /** Listens on the target's first address. */
  listen({ label, port, addresses }: Target, opening: Opening<Listener>): void {
    // Nothing is read of a connection before its script asks: what nobody takes must not fill the memory.
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
    this.servers.add(server);
    const refuse = (error: Error): void => {
      this.servers.delete(server);
      if (!this.#abandoned) opening.failed(failure(`cannot listen on ${label}: ${reasonOf(error)}`));
    };
    server.on('error', refuse).on('listening', () => {
      // From here on an error is that of one connection that could not be accepted, for want of descriptors say.
      server.off('error', refuse).on('error', ignore);
      if (this.#abandoned) server.close();
      else opening.opened(new Listener(server, this));
    });
    server.listen({ host: addresses[0]?.address, port, backlog: SYSTEM_BACKLOG, exclusive: true, ipv6Only: true });
  }

  abandon(): void {
    this.#abandoned = true;
    for (const server of this.servers) server.close();
    this.connections.abandon();
  }
}

function ignore(): void {
  // There is nobody who could do anything about it.
}
