import type { Socket } from 'node:net';

const HOME = Symbol('the set of sockets');

interface TrackedSocket extends Socket {
  [HOME]?: Set<Socket>;
}

/** The TCP sockets of one script that have a descriptor, in whatever state: what has to be destroyed at its end. */
export class Sockets {
  readonly #live = new Set<Socket>();

  track(socket: Socket): void {
    (socket as TrackedSocket)[HOME] = this.#live;
    this.#live.add(socket);
    socket.on('close', forget);
  }

  /** Destroys all of them, and nothing hears of it: whoever waits for one of them is gone as well. */
  abandon(): void {
    for (const socket of this.#live) {
      socket.removeAllListeners();
      socket.on('error', ignore);
      socket.destroy();
    }
    this.#live.clear();
  }
}

/** One function for all sockets, not a closure for each: there are thousands. */
function forget(this: TrackedSocket): void {
  this[HOME]?.delete(this);
}

function ignore(): void {
  // An error of a socket that nobody has any more: without a listener it would be one of the thread.
}
