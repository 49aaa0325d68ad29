/** Messages as bytes, for the pipes between processes: each is its length, in four bytes, and the short form of it, or what V8 makes of it. */
import { MOST_LAST_BYTES, MOST_VALUES, SHORT_BYTES, ShortMessages } from '../control/short-messages.js';
import type { ShortForm } from './link.js';
import type { SharedBuffers } from './shared-buffers.js';

const LENGTH_BYTES = 4;

/** The longest message, in bytes. */
const MOST_BYTES = 2 ** 31 - 1;

/** What V8 makes of a message begins with this; no short form has as many values. */
const V8_TAG = 0xff;

/** Where short forms are made and read; nothing else happens meanwhile. */
const desk = new Uint8Array(SHORT_BYTES + MOST_LAST_BYTES);
const short = new ShortMessages(desk.buffer, 0, desk.length);

/** @throws DataCloneError if the message cannot be cloned, RangeError if it is too long */
export function encodeFrame<Out>(
  message: Out,
  { shorten }: Pick<ShortForm<Out, never>, 'shorten'>,
  buffers: SharedBuffers,
): Buffer {
  const values = shorten(message);
  const shortBytes = values === undefined ? 0 : short.write(0, values);
  const frame =
    shortBytes === 0 ? buffers.encode(message, LENGTH_BYTES) : Buffer.allocUnsafe(LENGTH_BYTES + shortBytes);
  if (shortBytes > 0) frame.set(desk.subarray(0, shortBytes), LENGTH_BYTES);
  const length = frame.length - LENGTH_BYTES;
  if (length > MOST_BYTES) throw new RangeError(`a message of ${length} bytes; at most ${MOST_BYTES} can be sent`);
  frame.writeUInt32LE(length);
  return frame;
}

/** Puts messages together from the pieces in which they come. */
export class FrameReader<In> {
  readonly #buffers: SharedBuffers;
  readonly #form: Pick<ShortForm<never, In>, 'lengthen'>;
  readonly #receive: (message: In) => void;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(form: Pick<ShortForm<never, In>, 'lengthen'>, buffers: SharedBuffers, receive: (message: In) => void) {
    this.#form = form;
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
      this.#receive(this.#decode(frame.subarray(LENGTH_BYTES, end)));
    }
  }

  #decode(frame: Buffer): In {
    if (frame[0] === V8_TAG) return this.#buffers.decode(frame) as In;
    const [values = 0] = frame;
    if (values > MOST_VALUES || frame.length > desk.length) {
      throw new Error(`no message: ${values} values in ${frame.length} bytes`);
    }
    // What a message before this one has left is nothing of this one's.
    desk.fill(0, frame.length).set(frame);
    return this.#form.lengthen(short.read(0));
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
