import type { Duplex } from 'node:stream';
import { finished } from 'node:stream';
import { LineReader } from './line-reader.js';
import type { Wire, WireListener } from './wire.js';

/** How long the other end has to take what was sent last. */
const LAST_WORDS_MS = 1000;

/**
 * One message a line, over a socket, or over what is read from one stream and written to another.
 *
 * Whoever ends its half may have asked something before: that is still answered, within the linger. A client that is gone altogether looks the same at
 * first; over a unix socket an empty write tells.
 */
export class StreamWire implements Wire {
  readonly #input: NodeJS.ReadableStream;
  readonly #output: NodeJS.WritableStream & { readonly writableLength?: number };
  readonly #most: number;
  readonly #linger: number;
  /** Whether the other end has ended its half. */
  #read = false;
  /** Whether something came that is not answered yet. */
  #pending = false;
  #tellClosed!: () => void;
  /** Settles when nothing more comes and nothing more can be sent. */
  readonly closed = new Promise<void>((resolve) => {
    this.#tellClosed = resolve;
  });

  /**
   * @param most the longest message that is taken, in bytes
   * @param linger how long the other end, having ended its half, waits for answers, in ms; 0: it wants none
   */
  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, most: number, linger = 0) {
    this.#input = input;
    this.#output = output;
    this.#most = most;
    this.#linger = linger;
  }

  listen(listener: WireListener): void {
    const lines = new LineReader(this.#most, {
      line: (text) => {
        this.#pending = true;
        listener.message(text);
      },
      unreadable: (why) => listener.unreadable(why),
    });
    let open = true;
    let patience: NodeJS.Timeout | undefined;
    const close = (error: Error | undefined | null): void => {
      if (!open) return;
      open = false;
      clearTimeout(patience);
      listener.closed(error ?? undefined);
      this.#tellClosed();
    };
    this.#input.on('data', (chunk: Buffer) => lines.add(chunk));
    this.#output.on('drain', () => listener.drained());
    this.#input.once('end', () => {
      this.#read = true;
      lines.end();
      if (this.#linger === 0) {
        close(undefined);
        this.end();
        return;
      }
      patience = setTimeout(() => this.destroy(), this.#linger);
      patience.unref();
      if (this.#pending) this.#output.write('');
      else this.#output.end();
    });
    finished(this.#input, { writable: false }, (error) => {
      if (!this.#read) close(error);
    });
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
    this.#pending = false;
    if (this.#read) this.#output.end();
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
