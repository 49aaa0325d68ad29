import type { Socket } from 'node:net';

/** How long a closed connection may take to send what was written and to hear the peer's end. */
const PATIENCE_MS = 2000;
const MOST = 1024;

/**
 * Connections that their script has closed and that are not gone yet. A socket is not destroyed while the peer still sends:
 * the system would answer with a reset, and the peer would lose what it has not read. But no peer is waited for
 * for long, nor are many.
 */
export class ClosingSockets {
  /** In the order in which they were closed. */
  readonly #timers = new Map<Socket, NodeJS.Timeout>();

  get size(): number {
    return this.#timers.size;
  }

  /** Ends a socket whose data nobody takes any more; `resume` has it read and dropped. */
  add(socket: Socket): void {
    if (this.#timers.size >= MOST) this.#cutOldest();
    this.#timers.set(socket, setTimeout(destroy, PATIENCE_MS, socket));
    socket.on('close', () => this.#forget(socket));
    socket.end();
    socket.resume();
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #cutOldest(): void {
    const [oldest] = this.#timers.keys();
    if (oldest === undefined) return;
    this.#forget(oldest);
    oldest.destroy();
  }

  #forget(socket: Socket): void {
    clearTimeout(this.#timers.get(socket));
    this.#timers.delete(socket);
  }
}

function destroy(socket: Socket): void {
  socket.destroy();
}
