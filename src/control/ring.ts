/**
 * Short messages in shared memory, from one thread to one other.
 *
 * 1. One thread writes, one reads. A message is seen whole, when the write count is moved past it: a writer that is unwound before
 *    that has written nothing.
 * 2. A slot's number counts all slots so far, so that the same slot a lap later is another one.
 * 3. A reader that wants to sleep says so first and then looks once more; a writer that finds it asleep wakes it, once.
 */

import { lastBytes, MOST_LAST_BYTES, SHORT_BYTES, type ShortMessage, ShortMessages } from './short-messages.js';

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
/** A message has a slot, and the bytes that come last in it have the slots behind it. */
const SLOT_BYTES = SHORT_BYTES;
/** In place of a message: the next one is at the beginning of the ring. */
const AT_THE_BEGINNING = 255;

export class Ring {
  /** What a ring takes. */
  static readonly BYTES = HEADER_WORDS * 4 + SLOTS * SLOT_BYTES;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #messages: ShortMessages;

  /** @param offset where in the memory the ring begins: a multiple of 8 */
  constructor(buffer: SharedArrayBuffer, offset = 0) {
    this.#words = new Int32Array(buffer, offset, HEADER_WORDS);
    const start = offset + HEADER_WORDS * 4;
    this.#bytes = new Uint8Array(buffer, start, SLOTS * SLOT_BYTES);
    this.#messages = new ShortMessages(buffer, start, SLOTS * SLOT_BYTES);
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
    const size = lastBytes(values)?.length ?? 0;
    if (size > MOST_LAST_BYTES) return false;
    const slots = 1 + slotsOf(size);
    const written = this.written;
    const place = written & (SLOTS - 1);
    const skipped = place + slots > SLOTS ? SLOTS - place : 0;
    if (((written - this.read) | 0) + skipped + slots > SLOTS) return false;
    if (this.#messages.write(skipped === 0 ? place * SLOT_BYTES : 0, values) === 0) return false;
    if (skipped > 0) this.#bytes[place * SLOT_BYTES] = AT_THE_BEGINNING;
    Atomics.store(this.#words, WRITTEN, (written + skipped + slots) | 0);
    return true;
  }

  /** The next message, taken out; undefined if there is none. */
  take(): ShortMessage | undefined {
    const first = this.#first();
    if (first === undefined) return undefined;
    const values = this.#messages.read((first & (SLOTS - 1)) * SLOT_BYTES);
    Atomics.store(this.#words, READ, (first + 1 + slotsOf(lastBytes(values)?.length ?? 0)) | 0);
    return values;
  }

  /** The first value of the next message, which stays; undefined if there is none. It has to be a number. */
  peek(): number | undefined {
    const first = this.#first();
    if (first === undefined) return undefined;
    return this.#messages.first((first & (SLOTS - 1)) * SLOT_BYTES);
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
}

/** How many slots so many bytes take. */
function slotsOf(bytes: number): number {
  return Math.ceil(bytes / SLOT_BYTES);
}
