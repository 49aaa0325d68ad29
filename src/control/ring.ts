/**
 * Short messages in shared memory, from one thread to one other.
 *
 * 1. One thread writes, one reads. A message is seen whole, when the write count is moved past it: a writer that is unwound before
 *    that has written nothing.
 * 2. A slot's number counts all slots so far, so that the same slot a lap later is another one.
 * 3. A reader that wants to sleep says so first and then looks once more; a writer that finds it asleep wakes it, once.
 */

/** What a short message consists of; bytes can only come last. */
export type Primitive = undefined | null | boolean | number | string;
export type ShortMessage = (Primitive | Uint8Array)[];

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
/**
 * A message: how many values, each one's kind, how many bytes come last, and from here on numbers as doubles and texts. The bytes have the slots behind it
 * to themselves.
 */
const MOST_VALUES = 20;
const LENGTH = 22;
const FIRST_VALUE = 24;
/** In place of the number of values: the next message is at the beginning of the ring. */
const AT_THE_BEGINNING = 255;

const UNDEFINED = 0;
const NULL = 1;
const TRUE = 2;
const FALSE = 3;
const NUMBER = 4;
/** And from here on: a text of so many bytes, less this. */
const TEXT = 5;
const MOST_TEXT = 200;
const BYTES = 255;

export class Ring {
  /** What a ring takes. */
  static readonly BYTES = HEADER_WORDS * 4 + SLOTS * SLOT_BYTES;
  /** Longer ones are refused. */
  static readonly MOST_BYTES = 16 * 1024;
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

  /** How many slots have been written, modulo 2^32. */
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
    const { length } = values;
    if (length > MOST_VALUES) return false;
    const last = values[length - 1];
    const bytes = last instanceof Uint8Array ? last : undefined;
    const size = bytes === undefined ? 0 : bytes.length;
    if (size > Ring.MOST_BYTES) return false;
    const slots = 1 + slotsOf(size);
    const written = this.written;
    const place = written & (SLOTS - 1);
    const skipped = place + slots > SLOTS ? SLOTS - place : 0;
    if (((written - this.read) | 0) + skipped + slots > SLOTS) return false;
    const slot = skipped === 0 ? place * SLOT_BYTES : 0;
    let at = slot + FIRST_VALUE;
    const others = bytes === undefined ? length : length - 1;
    for (let i = 0; i < others; i += 1) {
      const next = this.#put(slot + 1 + i, at, values[i], slot + SLOT_BYTES);
      if (next === 0) return false;
      at = next;
    }
    if (bytes !== undefined) {
      this.#bytes[slot + length] = BYTES;
      this.#view.setUint16(slot + LENGTH, size, true);
      this.#bytes.set(bytes, slot + SLOT_BYTES);
    }
    this.#bytes[slot] = length;
    if (skipped > 0) this.#bytes[place * SLOT_BYTES] = AT_THE_BEGINNING;
    Atomics.store(this.#words, WRITTEN, (written + skipped + slots) | 0);
    return true;
  }

  /** The next message, taken out; undefined if there is none. */
  take(): ShortMessage | undefined {
    const first = this.#first();
    if (first === undefined) return undefined;
    const slot = (first & (SLOTS - 1)) * SLOT_BYTES;
    const count = this.#bytes[slot] as number;
    const values: ShortMessage = new Array(count);
    let at = slot + FIRST_VALUE;
    let size = 0;
    for (let i = 0; i < count; i += 1) {
      const kind = this.#bytes[slot + 1 + i] as number;
      if (kind === BYTES) {
        size = this.#view.getUint16(slot + LENGTH, true);
        values[i] = this.#bytes.slice(slot + SLOT_BYTES, slot + SLOT_BYTES + size);
      } else if (kind === NUMBER) {
        at = align(at);
        values[i] = this.#view.getFloat64(at, true);
        at += 8;
      } else if (kind >= TEXT) {
        values[i] = this.#text(at, kind - TEXT);
        at += kind - TEXT;
      } else values[i] = kind === UNDEFINED ? undefined : kind === NULL ? null : kind === TRUE;
    }
    Atomics.store(this.#words, READ, (first + 1 + slotsOf(size)) | 0);
    return values;
  }

  /** The first value of the next message, which stays; undefined if there is none. It has to be a number. */
  peek(): number | undefined {
    const first = this.#first();
    if (first === undefined) return undefined;
    return this.#view.getFloat64(align((first & (SLOTS - 1)) * SLOT_BYTES + FIRST_VALUE), true);
  }

  /** The number of the first slot of the next message. */
  #first(): number | undefined {
    const read = this.read;
    if (read === this.written) return undefined;
    const place = read & (SLOTS - 1);
    return this.#bytes[place * SLOT_BYTES] === AT_THE_BEGINNING ? (read + SLOTS - place) | 0 : read;
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

/** How many slots so many bytes take. */
function slotsOf(bytes: number): number {
  return Math.ceil(bytes / SLOT_BYTES);
}

function align(at: number): number {
  return (at + 7) & ~7;
}
