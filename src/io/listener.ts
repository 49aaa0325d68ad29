import type { AddressInfo, Server, Socket } from 'node:net';
import { hostAndPort } from './address.js';
import { Connection } from './connection.js';
import type { Tcp } from './tcp.js';

const MOST_UNTAKEN = 1024;

/** Takes a connection, or `null` when there will be none any more. */
type Taker = (connection: Connection | null) => void;

/** A listening socket as a script sees it: connections that wait to be taken, or calls that wait for connections. */
export class Listener {
  readonly kind = 'listener';
  readonly #server: Server;
  readonly #tcp: Tcp;
  readonly #address: AddressInfo;
  readonly #label: string;
  /** One of the two is empty. */
  readonly #untaken: Connection[] = [];
  readonly #takers: Taker[] = [];

  constructor(server: Server, tcp: Tcp) {
    this.#server = server;
    this.#tcp = tcp;
    this.#address = server.address() as AddressInfo;
    this.#label = `from a client of ${hostAndPort(this.#address.address, this.#address.port)}`;
    server.on('connection', (socket: Socket) => this.#came(socket));
  }

  /** Calls that wait. */
  get pending(): number {
    return this.#takers.length;
  }

  get address(): { host: string; port: number } {
    return { host: this.#address.address, port: this.#address.port };
  }

  /** Calls `take` with the next connection: now if one waits, else when one comes. Those who wait longest go first. */
  accept(take: Taker): void {
    const connection = this.#untaken.shift();
    if (connection === undefined) {
      this.#takers.push(take);
      return;
    }
    this.#tcp.untaken -= 1;
    take(connection);
  }

  /** Listens no more. Whoever waits for a connection gets `null`; connections that nobody took are cut. */
  close(): void {
    this.#server.close();
    this.#tcp.servers.delete(this.#server);
    this.#tcp.untaken -= this.#untaken.length;
    for (const connection of this.#untaken.splice(0)) connection.cut();
    for (const take of this.#takers.splice(0)) take(null);
  }

  #came(socket: Socket): void {
    if (this.#takers.length === 0 && this.#tcp.untaken >= MOST_UNTAKEN) {
      socket.resetAndDestroy();
      return;
    }
    const connection = new Connection(socket, this.#label, this.#tcp);
    const take = this.#takers.shift();
    if (take !== undefined) {
      take(connection);
      return;
    }
    this.#tcp.untaken += 1;
    this.#untaken.push(connection);
  }
}
