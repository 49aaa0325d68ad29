/**
 * Short messages in shared memory, from one thread to one other.
 *
 * 1. One thread writes, one reads. A message is seen whole, when the write count is moved past it: a writer that is unwound before
 *    that has written nothing.
 * 2. A slot's number counts all messages so far, so that the same slot a lap later is another message.
 * 3. A reader that wants to sleep says so first and then looks once more; a writer that finds it asleep wakes it, once.
 */

/** What a short message consists of. */
export type Primitive = undefined | null | boolean | number | string;

const HEADER_WORDS = 16;
const WRITTEN = 0;
const READ = 1;
const READER = 2;
const ELSEWAYS = 3;

/** What the reader is doing; at first it is not there yet. */
const ELSEWHERE = 0;
const AWAKE = 1;
const BLOCKED = 2;

const SLOTS = 512;
const SLOT_BYTES = 256;
/** A slot: how many values, each one's kind, and from here on numbers as doubles and texts as bytes. */
const MOST_VALUES = 20;
const FIRST_VALUE = 24;

const UNDEFINED = 0;
const NULL = 1;
const TRUE = 2;
const FALSE = 3;
const NUMBER = 4;
/** And from here on: a text of so many bytes, less this. */
const TEXT = 5;
const MOST_TEXT = 200;

export class Ring {
  /** What a ring takes. */
  static readonly BYTES = HEADER_WORDS * 4 + SLOTS * SLOT_BYTES;
  readonly #words: Int32Array;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  /** @param offset where in the memory the ring begins: a multiple of 8 */
  constructor(buffer: SharedArrayBuffer, offset = 0) {
    this.#words = new Int32Array(buffer, offset, HEADER_WORDS);
    const start = offset + HEADER_WORDS * 4;
    this.#view = new DataView(buffer, start, SLOTS * SLOT_BYTES);
    this.#bytes = new Uint8Array(buffer, start, SLOTS * SLOT_BYTES);
  }

  /** How many messages have been written, modulo 2^32. */
  get written(): number {
    return Atomics.load(this.#words, WRITTEN);
  }

  /** How many have been read, modulo 2^32. */
  get read(): number {
    return Atomics.load(this.#words, READ);
  }

  get isEmpty(): boolean {
    return this.written === this.read;
  }

  /** How many messages the writer has sent another way, modulo 2^32. */
  get elseways(): number {
    return Atomics.load(this.#words, ELSEWAYS);
  }

  /** Counts a message that was sent another way. */
  noteElseways(): void {
    Atomics.add(this.#words, ELSEWAYS, 1);
  }

  /** False if there is no room, or the message is no short one. */
  write(values: readonly unknown[]): boolean {
    const written = this.written;
    if (((written - this.read) | 0) >= SLOTS || values.length > MOST_VALUES) return false;
    const slot = (written & (SLOTS - 1)) * SLOT_BYTES;
    let at = slot + FIRST_VALUE;
    for (let i = 0; i < values.length; i += 1) {
      const next = this.#put(slot + 1 + i, at, values[i], slot + SLOT_BYTES);
      if (next === 0) return false;
      at = next;
    }
    this.#bytes[slot] = values.length;
    Atomics.store(this.#words, WRITTEN, (written + 1) | 0);
    return true;
  }

  /** The next message, taken out; undefined if there is none. */
  take(): Primitive[] | undefined {
    const read = this.read;
    if (read === this.written) return undefined;
    const slot = (read & (SLOTS - 1)) * SLOT_BYTES;
    const count = this.#bytes[slot] as number;
    const values: Primitive[] = new Array(count);
    let at = slot + FIRST_VALUE;
    for (let i = 0; i < count; i += 1) {
      const kind = this.#bytes[slot + 1 + i] as number;
      if (kind === NUMBER) {
        at = align(at);
        values[i] = this.#view.getFloat64(at, true);
        at += 8;
      } else if (kind >= TEXT) {
        values[i] = this.#text(at, kind - TEXT);
        at += kind - TEXT;
      } else values[i] = kind === UNDEFINED ? undefined : kind === NULL ? null : kind === TRUE;
    }
    Atomics.store(this.#words, READ, (read + 1) | 0);
    return values;
  }

  /** The first value of the next message, which stays; undefined if there is none. It has to be a number. */
  peek(): number | undefined {
    const read = this.read;
    if (read === this.written) return undefined;
    return this.#view.getFloat64(align((read & (SLOTS - 1)) * SLOT_BYTES + FIRST_VALUE), true);
  }

  /** The reader looks for messages by itself. */
  setAwake(): void {
    Atomics.store(this.#words, READER, AWAKE);
  }

  /** The reader says that it goes about other things; it has to look once more after that. */
  setElsewhere(): void {
    Atomics.store(this.#words, READER, ELSEWHERE);
  }

  /** The reader says that it will {@link block}; it has to look once more after that. */
  setBlocked(): void {
    Atomics.store(this.#words, READER, BLOCKED);
  }

  /** Blocks the reader's thread until it is woken, but no longer than so many milliseconds. */
  block(ms: number): void {
    Atomics.wait(this.#words, READER, BLOCKED, ms);
  }

  /** Wakes the reader if it is blocked, for something that comes another way. */
  unblock(): void {
    const was = Atomics.compareExchange(this.#words, READER, BLOCKED, AWAKE);
    if (was === BLOCKED) Atomics.notify(this.#words, READER);
  }

  /** Wakes the reader if it is blocked. True if it is elsewhere and has to be called. */
  wake(): boolean {
    if (Atomics.load(this.#words, READER) === AWAKE) return false;
    const was = Atomics.exchange(this.#words, READER, AWAKE);
    if (was === BLOCKED) Atomics.notify(this.#words, READER);
    return was === ELSEWHERE;
  }

  /** Where the next value goes; 0 if this one does not fit. */
  #put(kindAt: number, at: number, value: unknown, end: number): number {
    const bytes = this.#bytes;
    switch (typeof value) {
      case 'number': {
        const place = align(at);
        if (place + 8 > end) return 0;
        bytes[kindAt] = NUMBER;
        this.#view.setFloat64(place, value, true);
        return place + 8;
      }
      case 'string': {
        const { length } = value;
        if (length > MOST_TEXT || at + length > end) return 0;
        for (let i = 0; i < length; i += 1) {
          const code = value.charCodeAt(i);
          if (code > 255) return 0;
          bytes[at + i] = code;
        }
        bytes[kindAt] = TEXT + length;
        return at + length;
      }
      case 'boolean':
        bytes[kindAt] = value ? TRUE : FALSE;
        return at;
      case 'undefined':
        bytes[kindAt] = UNDEFINED;
        return at;
      default:
        if (value !== null) return 0;
        bytes[kindAt] = NULL;
        return at;
    }
  }

  #text(at: number, length: number): string {
    let text = '';
    for (let i = at; i < at + length; i += 1) text += String.fromCharCode(this.#bytes[i] as number);
    return text;
  }
}

function align(at: number): number {
  return (at + 7) & ~7;
}
