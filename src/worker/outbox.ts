import type { MessagePort } from 'node:worker_threads';
import type { ToHost } from './messages.js';

/**
 * The way of messages to the host, which gets them in the order in which they were posted. A message costs more to send than
 * to make: those that can wait for a moment travel together.
 */
export class Outbox {
  readonly #host: MessagePort;
  readonly #held: ToHost[] = [];

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
    // Taken out in one step: an interrupt may post in between any two.
    const messages = this.#held.splice(0);
    if (messages.length > 0) this.#host.postMessage(messages);
  }
}
