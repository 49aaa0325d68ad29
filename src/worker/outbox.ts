import type { MessagePort } from 'node:worker_threads';
import type { ToHost } from './messages.js';

/**
 * The way of messages to the host, which gets them in the order in which they were posted. A message costs more to send than
 * to make: those that can wait for a moment travel together.
 */
export class Outbox {
  readonly #host: MessagePort;
  #held: ToHost[] = [];

  constructor(host: MessagePort) {
    this.#host = host;
  }

  /** Sends a message, and those held before it. */
  post(message: ToHost): void {
    this.#held.push(message);
    this.flush();
  }

  /** Holds a message until the next one is sent, or until `flush`. */
  hold(message: ToHost): void {
    this.#held.push(message);
  }

  flush(): void {
    if (this.#held.length === 0) return;
    const messages = this.#held;
    this.#held = [];
    this.#host.postMessage(messages);
  }
}
