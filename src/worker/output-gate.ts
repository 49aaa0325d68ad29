/**
 * The way of one task's output to the host: counted, limited, and in a bounded number of messages.
 *
 * 1. What is written is sent at once while the script writes seldom. Past {@link EAGER_MESSAGES} in
 *    {@link WINDOW_MS} it is gathered, so that a flood costs few messages.
 * 2. Never more than `limit` bytes leave; the text that reaches the limit is cut at a character.
 */
import { threadNow } from '../scope/thread-now.js';

type Stream = 'stdout' | 'stderr';

const WINDOW_MS = 10;
const EAGER_MESSAGES = 32;
const GATHERED_CHARS = 16_384;

/** Takes output to the host. */
export interface OutputSink {
  sendOutput(text: string, stream: Stream): void;
}

export class OutputGate {
  readonly #limit: number;
  readonly #sink: OutputSink;
  #bytes = 0;
  #full = false;
  #gathered = '';
  #stream: Stream = 'stdout';
  #windowStart = 0;
  #sentInWindow = 0;

  /** @param limit bytes of UTF-8 */
  constructor(limit: number, sink: OutputSink) {
    this.#limit = limit;
    this.#sink = sink;
  }

  /** Bytes of UTF-8 taken so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a text. False if it did not all fit; nothing is taken after that. */
  write(text: string, stream: Stream): boolean {
    if (this.#full) return false;
    if (stream !== this.#stream) this.flush();
    this.#stream = stream;
    const size = Buffer.byteLength(text);
    if (this.#bytes + size > this.#limit) {
      this.#full = true;
      this.#gather(cut(text, this.#limit - this.#bytes));
      this.#bytes = this.#limit;
      this.flush();
      return false;
    }
    this.#bytes += size;
    this.#gather(text);
    return true;
  }

  /** Sends what is gathered. */
  flush(): void {
    if (this.#gathered === '') return;
    const text = this.#gathered;
    this.#gathered = '';
    this.#sentInWindow += 1;
    this.#sink.sendOutput(text, this.#stream);
  }

  #gather(text: string): void {
    this.#gathered += text;
    const now = threadNow();
    if (now - this.#windowStart > WINDOW_MS) {
      this.#windowStart = now;
      this.#sentInWindow = 0;
    }
    if (this.#sentInWindow < EAGER_MESSAGES || this.#gathered.length >= GATHERED_CHARS) this.flush();
  }
}

/** As much of a text as fits in so many bytes of UTF-8, whole characters only. */
function cut(text: string, bytes: number): string {
  const buffer = Buffer.from(text);
  let end = bytes;
  while (end > 0 && ((buffer[end] as number) & 0xc0) === 0x80) end -= 1;
  return buffer.toString('utf8', 0, end);
}
