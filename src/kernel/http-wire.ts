import type { IncomingMessage, ServerResponse } from 'node:http';
import { LineReader } from './line-reader.js';
import type { Wire, WireListener } from './wire.js';

/** One exchange of HTTP: the lines of the body come in, lines go back, and the response ends when all is answered. */
export class HttpWire implements Wire {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #most: number;
  #read = false;
  /** Whether something came that is not answered yet. */
  #pending = false;

  /** @param most the longest message that is taken, in bytes */
  constructor(request: IncomingMessage, response: ServerResponse, most: number) {
    this.#request = request;
    this.#response = response;
    this.#most = most;
  }

  listen(listener: WireListener): void {
    const lines = new LineReader(this.#most, {
      line: (text) => {
        this.#pending = true;
        listener.message(text);
        // The client knows then that the request is here, and can be cancelled.
        if (this.#pending) this.#begin();
      },
      unreadable: (why) => listener.unreadable(why),
    });
    this.#request.on('data', (chunk: Buffer) => lines.add(chunk));
    this.#request.once('end', () => {
      this.#read = true;
      lines.end();
      if (!this.#pending) this.#finish();
    });
    this.#response.on('drain', () => listener.drained());
    this.#response.once('close', () => listener.closed(undefined));
  }

  send(text: string): void {
    // What is not an answer may come after the last one.
    if (this.#response.writableEnded || this.#response.destroyed) return;
    this.#begin();
    this.#response.write(`${text}\n`);
  }

  get unsent(): number {
    return this.#response.writableLength;
  }

  pause(): void {
    this.#request.pause();
  }

  resume(): void {
    this.#request.resume();
  }

  rest(): void {
    this.#pending = false;
    // Nothing to say to a notification.
    if (this.#read) this.#finish();
  }

  end(): void {
    this.#finish();
  }

  destroy(): void {
    this.#response.destroy();
  }

  #begin(): void {
    if (this.#response.headersSent || this.#response.destroyed) return;
    this.#response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    this.#response.flushHeaders();
  }

  #finish(): void {
    if (!this.#response.headersSent) this.#response.writeHead(202);
    this.#response.end();
  }
}
