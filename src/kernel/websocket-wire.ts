import type { Duplex } from 'node:stream';
import type WebSocket from 'ws';
import type { Wire, WireListener } from './wire.js';

/** How long the other end has to answer a goodbye. */
const LAST_WORDS_MS = 1000;

/** One message a text frame. A frame that is too long, or no UTF-8, ends the connection: that is how WebSocket has it (RFC 6455, 7.4.1). */
export class WebSocketWire implements Wire {
  readonly #socket: WebSocket;
  readonly #carrier: Duplex | undefined;
  #failure: Error | undefined;

  /** @param carrier what the frames go over, if it is known: says when it has been written out */
  constructor(socket: WebSocket, carrier?: Duplex) {
    this.#socket = socket;
    this.#carrier = carrier;
    // From the first moment on: one that is refused is listened to by nobody else.
    socket.on('error', (error) => {
      this.#failure = error;
    });
  }

  listen(listener: WireListener): void {
    this.#socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) listener.unreadable('a message is binary; send texts');
      else listener.message(data.toString('utf8'));
    });
    this.#socket.once('close', () => listener.closed(this.#failure));
    this.#carrier?.on('drain', () => listener.drained());
  }

  send(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text);
  }

  get unsent(): number {
    return this.#socket.bufferedAmount;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  rest(): void {
    // The connection goes on.
  }

  end(): void {
    this.#socket.resume();
    this.#socket.close(1000);
    setTimeout(() => this.#socket.terminate(), LAST_WORDS_MS).unref();
  }

  destroy(): void {
    this.#socket.terminate();
  }
}
