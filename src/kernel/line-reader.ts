/**
 * Cuts a stream of bytes into lines.
 *
 * 1. It holds no more than twice `most` bytes, however long a line is and in however many pieces it comes: the rest of a line
 *    that is longer than `most` is skipped, and told once.
 * 2. A line that is no UTF-8 is told and skipped.
 * 3. However the bytes are split into chunks, the lines are the same.
 */
import { isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);
const LEAST = 256;

/** What takes the lines. */
export interface LineListener {
  line(text: string): void;
  /** A line that cannot be read, and why. */
  unreadable(why: string): void;
}

/** See the top of the file. */
export class LineReader {
  readonly #most: number;
  readonly #listener: LineListener;
  /** The beginning of a line whose end has not come: the first `#held` bytes. */
  #buffer: Buffer = NOTHING;
  #held = 0;
  #skipping = false;

  /** @param most the longest line in bytes, its end not counted */
  constructor(most: number, listener: LineListener) {
    this.#most = most;
    this.#listener = listener;
  }

  /** Takes the next bytes. */
  add(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#end(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
  }

  /** Nothing more comes: what is held is a line, if there is anything. */
  end(): void {
    if (this.#held > 0) this.#end(NOTHING);
  }

  #end(last: Buffer): void {
    if (this.#held > 0) {
      this.#hold(last);
      if (!this.#skipping) this.#tell(this.#buffer.subarray(0, this.#held));
    } else if (!this.#skipping && this.#fits(last)) {
      this.#tell(last);
    }
    this.#held = 0;
    this.#buffer = NOTHING;
    this.#skipping = false;
  }

  #hold(part: Buffer): void {
    if (this.#skipping || !this.#fits(part)) return;
    const needed = this.#held + part.length;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(LEAST, needed, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, this.#held);
      this.#buffer = grown;
    }
    part.copy(this.#buffer, this.#held);
    this.#held = needed;
  }

  #fits(part: Buffer): boolean {
    if (this.#held + part.length <= this.#most) return true;
    this.#held = 0;
    this.#buffer = NOTHING;
    this.#skipping = true;
    this.#listener.unreadable(`a message has more than ${this.#most} bytes`);
    return false;
  }

  #tell(line: Buffer): void {
    if (isUtf8(line)) this.#listener.line(line.toString('utf8'));
    else this.#listener.unreadable('a message is not UTF-8');
  }
}
