import { threadNow } from '../scope/thread-now.js';
import type { Connection } from './connection.js';

/** How long a closed connection may take to send what was written and to hear the peer's end. */
const PATIENCE_MS = 2000;
/** How often those are looked for that took longer. */
const LOOK_MS = 500;
const MOST_CLOSING = 1024;

/**
 * The connections of one script, from the moment in which each exists until it is gone: `abandon` leaves none, in whatever state.
 *
 * One that the script has closed is not cut while the peer still sends: the system would answer with a reset, and the
 * peer would lose what it has not read. But no peer is waited for for long, nor are many.
 */
export class Connections {
  readonly #all = new Set<Connection>();
  #closing = 0;
  /** Its place in the list of those with closing connections; -1 if it is not there. */
  place = -1;

  /** How many are closed and not gone yet. */
  get closing(): number {
    return this.#closing;
  }

  add(connection: Connection): void {
    this.#all.add(connection);
  }

  /** The script has closed one. Gives when it is to be cut. */
  close(): number {
    if (this.#closing >= MOST_CLOSING) this.#cutOldest();
    this.#closing += 1;
    watch(this);
    return threadNow() + PATIENCE_MS;
  }

  /** It is gone. */
  delete(connection: Connection): void {
    if (this.#all.delete(connection) && connection.isClosed) this.#closing -= 1;
  }

  /** Cuts what has been waited for long enough. */
  cutDue(now: number): void {
    for (const connection of this.#all) if (connection.due <= now) connection.cut();
  }

  /** Cuts all of them, and nobody hears of it: whoever waits for one is gone as well. */
  abandon(): void {
    unwatch(this);
    for (const connection of this.#all) connection.abandon();
    this.#closing = 0;
  }

  #cutOldest(): void {
    let oldest: Connection | undefined;
    for (const connection of this.#all) {
      if (connection.due < (oldest?.due ?? Number.POSITIVE_INFINITY)) oldest = connection;
    }
    if (oldest === undefined) return;
    this.delete(oldest);
    oldest.cut();
  }
}

/**
 * The scripts of this thread that have closed connections. One timer sees to all of them: most connections are gone long before, and
 * a timer each would cost more than closing.
 */
const watched: Connections[] = [];
let isTimed = false;

function watch(connections: Connections): void {
  if (connections.place === -1) connections.place = watched.push(connections) - 1;
  startTimer();
}

function unwatch(connections: Connections): void {
  if (connections.place === -1) return;
  const last = watched.pop() as Connections;
  if (last !== connections) {
    watched[connections.place] = last;
    last.place = connections.place;
  }
  connections.place = -1;
}

function startTimer(): void {
  if (isTimed) return;
  isTimed = true;
  // It keeps no process alive: the sockets do, as long as there are any.
  setTimeout(look, LOOK_MS).unref();
}

function look(): void {
  isTimed = false;
  const now = threadNow();
  for (const connections of [...watched]) {
    connections.cutDue(now);
    if (connections.closing === 0) unwatch(connections);
  }
  if (watched.length > 0) startTimer();
}
