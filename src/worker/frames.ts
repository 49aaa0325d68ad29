/** Messages as bytes, for the pipes between processes: each is its length, in four bytes, and what V8 makes of it. */
import type { SharedBuffers } from './shared-buffers.js';

const LENGTH_BYTES = 4;

/** The longest message, in bytes. */
const MOST_BYTES = 2 ** 31 - 1;

/** @throws DataCloneError if the message cannot be cloned, RangeError if it is too long */
export function encodeFrame(message: unknown, buffers: SharedBuffers): Buffer {
  const frame = buffers.encode(message, LENGTH_BYTES);
  const length = frame.length - LENGTH_BYTES;
  if (length > MOST_BYTES) throw new RangeError(`a message of ${length} bytes; at most ${MOST_BYTES} can be sent`);
  frame.writeUInt32LE(length);
  return frame;
}

/** Puts messages together from the pieces in which they come. */
export class FrameReader {
  readonly #buffers: SharedBuffers;
  readonly #receive: (message: unknown) => void;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(buffers: SharedBuffers, receive: (message: unknown) => void) {
    this.#buffers = buffers;
    this.#receive = receive;
  }

  /** @throws RangeError, Error if what came is no message */
  add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    for (;;) {
      if (this.#bytes < LENGTH_BYTES) return;
      const length = this.#head(LENGTH_BYTES).readUInt32LE();
      if (length > MOST_BYTES) throw new RangeError(`a message of ${length} bytes; at most ${MOST_BYTES} can be sent`);
      const end = LENGTH_BYTES + length;
      if (this.#bytes < end) return;
      const frame = this.#head(end);
      this.#pieces = frame.length > end ? [frame.subarray(end)] : this.#pieces.slice(1);
      this.#bytes -= end;
      this.#receive(this.#buffers.decode(frame.subarray(LENGTH_BYTES, end)));
    }
  }

  /** The first piece, put together from as many as it takes to have so many bytes. */
  #head(bytes: number): Buffer {
    const [first] = this.#pieces as [Buffer];
    if (first.length >= bytes) return first;
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all;
  }
}
