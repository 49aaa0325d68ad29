import type { Socket } from 'node:net';
import { threadNow } from '../scope/thread-now.js';

/** How long a closed connection may take to send what was written and to hear the peer's end. */
const PATIENCE_MS = 2000;
const MOST = 1024;

/**
 * Connections that their script has closed and that are not gone yet. A socket is not destroyed while the peer still sends:
 * the system would answer with a reset, and the peer would lose what it has not read. But no peer is waited for
 * for long, nor are many.
 */
export class ClosingSockets {
  /** When each is cut at the latest, in the order in which they were closed. */
  readonly #due = new Map<Socket, number>();
  /** One for all of them: most are gone long before, and a timer for each would cost more than closing it. */
  #timer: NodeJS.Timeout | undefined;

  get size(): number {
    return this.#due.size;
  }

  /** Ends a socket whose data nobody takes any more; `resume` has it read and dropped. */
  add(socket: Socket): void {
    if (this.#due.size >= MOST) this.#cutOldest();
    this.#due.set(socket, threadNow() + PATIENCE_MS);
    socket.end();
    socket.resume();
    this.#timer ??= this.#startTimer(PATIENCE_MS);
  }

  /** It is gone. */
  delete(socket: Socket): void {
    this.#due.delete(socket);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#due.clear();
  }

  #cutOldest(): void {
    const [oldest] = this.#due.keys();
    if (oldest === undefined) return;
    this.#due.delete(oldest);
    oldest.destroy();
  }

  /** It keeps no process alive: the sockets do, as long as there are any. */
  #startTimer(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#cutDue(), ms).unref();
  }

  #cutDue(): void {
    this.#timer = undefined;
    const now = threadNow();
    for (const [socket, due] of this.#due) {
      if (due > now) {
        this.#timer = this.#startTimer(due - now);
        return;
      }
      socket.destroy();
    }
  }
}
