import type { Duplex } from 'node:stream';
import { finished } from 'node:stream';
import { LineReader } from './line-reader.js';
import type { Wire, WireListener } from './wire.js';

/** How long the other end has to take what was sent last. */
const LAST_WORDS_MS = 1000;

/** One message a line, over a socket, or over what is read from one stream and written to another. */
export class StreamWire implements Wire {
  readonly #input: NodeJS.ReadableStream;
  readonly #output: NodeJS.WritableStream & { readonly writableLength?: number };
  readonly #most: number;

  /** @param most the longest message that is taken, in bytes */
  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, most: number) {
    this.#input = input;
    this.#output = output;
    this.#most = most;
  }

  listen(listener: WireListener): void {
    const lines = new LineReader(this.#most, {
      line: (text) => listener.message(text),
      unreadable: (why) => listener.unreadable(why),
    });
    let open = true;
    const close = (error: Error | undefined | null): void => {
      if (!open) return;
      open = false;
      listener.closed(error ?? undefined);
    };
    this.#input.on('data', (chunk: Buffer) => lines.add(chunk));
    this.#output.on('drain', () => listener.drained());
    // The other end has closed its half, or all of it is gone.
    this.#input.once('end', () => close(undefined));
    finished(this.#input, { writable: false }, close);
    finished(this.#output, { readable: false }, close);
  }

  send(text: string): void {
    if (!this.#output.writable) return;
    this.#output.write(`${text}\n`);
  }

  get unsent(): number {
    return this.#output.writableLength ?? 0;
  }

  pause(): void {
    this.#input.pause();
  }

  resume(): void {
    this.#input.resume();
  }

  rest(): void {
    // The connection goes on.
  }

  end(): void {
    this.#output.end();
    // So that the other end's goodbye is seen. Whoever does not read what was sent does not get to hold the connection.
    this.#input.resume();
    setTimeout(() => this.destroy(), LAST_WORDS_MS).unref();
  }

  destroy(): void {
    (this.#input as Duplex).destroy();
    (this.#output as Duplex).destroy();
  }
}
