/** What a short message consists of; bytes can only come last. */
export type Primitive = undefined | null | boolean | number | string;
export type ShortMessage = (Primitive | Uint8Array)[];

/** The bytes that a message has to itself but for those that come last, which follow them. */
export const SHORT_BYTES = 256;
/** More of those that come last are refused. */
export const MOST_LAST_BYTES = 16 * 1024;

/** More values are refused. */
export const MOST_VALUES = 20;

/** A message: how many values, each one's kind, how many bytes come last, and from here on numbers as doubles and texts. */
const LENGTH = 22;
const FIRST_VALUE = 24;

const UNDEFINED = 0;
const NULL = 1;
const TRUE = 2;
const FALSE = 3;
const NUMBER = 4;
/** And from here on: a text of so many bytes, less this. */
const TEXT = 5;
const MOST_TEXT = 200;
const BYTES = 255;

/** The bytes that come last in a message. */
export function lastBytes(values: readonly unknown[]): Uint8Array | undefined {
  const last = values[values.length - 1];
  return last instanceof Uint8Array ? last : undefined;
}

/** Memory that short messages are written to and read from. Places are multiples of 8. */
export class ShortMessages {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  constructor(buffer: ArrayBufferLike, offset: number, length: number) {
    this.#view = new DataView(buffer, offset, length);
    this.#bytes = new Uint8Array(buffer, offset, length);
  }

  /** Where the message ends; 0 if it is no short one. There has to be room for {@link SHORT_BYTES} and the last bytes. */
  write(place: number, values: readonly unknown[]): number {
    const { length } = values;
    if (length > MOST_VALUES) return 0;
    const last = lastBytes(values);
    if (last !== undefined && last.length > MOST_LAST_BYTES) return 0;
    const others = last === undefined ? length : length - 1;
    let at = place + FIRST_VALUE;
    for (let i = 0; i < others; i += 1) {
      at = this.#put(place + 1 + i, at, values[i], place + SHORT_BYTES);
      if (at === 0) return 0;
    }
    this.#bytes[place] = length;
    if (last === undefined) return at;
    this.#bytes[place + length] = BYTES;
    this.#view.setUint16(place + LENGTH, last.length, true);
    this.#bytes.set(last, place + SHORT_BYTES);
    return place + SHORT_BYTES + last.length;
  }

  read(place: number): ShortMessage {
    const count = this.#bytes[place] as number;
    const values: ShortMessage = new Array(count);
    let at = place + FIRST_VALUE;
    for (let i = 0; i < count; i += 1) {
      const kind = this.#bytes[place + 1 + i] as number;
      if (kind === BYTES) {
        const start = place + SHORT_BYTES;
        values[i] = this.#bytes.slice(start, start + this.#view.getUint16(place + LENGTH, true));
      } else if (kind === NUMBER) {
        at = align(at);
        values[i] = this.#view.getFloat64(at, true);
        at += 8;
      } else if (kind >= TEXT) {
        values[i] = this.#text(at, kind - TEXT);
        at += kind - TEXT;
      } else values[i] = kind === UNDEFINED ? undefined : kind === NULL ? null : kind === TRUE;
    }
    return values;
  }

  /** The first value of the message, which has to be a number. */
  first(place: number): number {
    return this.#view.getFloat64(align(place + FIRST_VALUE), true);
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
