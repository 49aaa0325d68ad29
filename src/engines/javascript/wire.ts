/**
 * Values on the way between script and host: JSON text, with what JSON lacks in arrays whose last element is a tag. The guest's
 * half is prelude/encoder.ts and prelude/decoder.ts. Lone surrogates cross because JSON escapes them.
 *
 * `[...items, 0]` array; `[0, 1]` undefined; `["-0" | "NaN" | "Infinity" | "-Infinity", 2]`; `[hex digits, 3]` bigint (hexadecimal:
 * linear in both directions, where decimal is quadratic); `[milliseconds or null, 4]` Date; `[index, 5]` Uint8Array,
 * the index of its bytes in a list beside the text. Objects are objects.
 */
import type { Value } from '../../values/value.js';

const TAG = { array: 0, undefined: 1, number: 2, bigint: 3, date: 4, bytes: 5 } as const;

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The text for a value, and the byte arrays that belong to it. The value has been checked by `copyValue`. */
export function toWire(value: Value): { text: string; bytes: Uint8Array[] } {
  const bytes: Uint8Array[] = [];
  return { text: JSON.stringify(pack(value, bytes)), bytes };
}

function pack(value: Value, bytes: Uint8Array[]): Json {
  switch (typeof value) {
    case 'undefined':
      return [0, TAG.undefined];
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : [Object.is(value, -0) ? '-0' : `${value}`, TAG.number];
    case 'bigint':
      return [value.toString(16), TAG.bigint];
    case 'boolean':
    case 'string':
      return value;
  }
  if (value === null) return null;
  if (value instanceof Uint8Array) return [bytes.push(value) - 1, TAG.bytes];
  if (value instanceof Date) return [Number.isNaN(value.getTime()) ? null : value.getTime(), TAG.date];
  if (Array.isArray(value)) return [...value.map((item) => pack(item, bytes)), TAG.array];
  const record: { [key: string]: Json } = Object.create(null);
  for (const key of Object.keys(value)) record[key] = pack(value[key], bytes);
  return record;
}

/**
 * The value of a text that came from a script, with `bytes(index)` for its byte arrays.
 *
 * @throws SyntaxError if it is not such a text: the script has got hold of the encoder and misused it
 */
export function fromWire(text: string, bytes: (index: number) => Uint8Array): Value {
  return unpack(JSON.parse(text) as Json, bytes);
}

function unpack(node: Json, bytes: (index: number) => Uint8Array): Value {
  if (typeof node !== 'object' || node === null) return node;
  if (!Array.isArray(node)) {
    const record = node as { [key: string]: Value };
    for (const key of Object.keys(node)) {
      const value = unpack(node[key] as Json, bytes);
      if (key === '__proto__') {
        Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
      } else {
        record[key] = value;
      }
    }
    return record;
  }
  const tag = node.pop();
  if (tag === TAG.array) return node.map((item) => unpack(item, bytes));
  const [payload] = node;
  if (tag === TAG.undefined) return undefined;
  if (tag === TAG.number) return Number(payload);
  if (tag === TAG.date) return new Date(payload === null ? Number.NaN : Number(payload));
  if (tag === TAG.bigint && typeof payload === 'string') {
    return payload.startsWith('-') ? -BigInt(`0x${payload.slice(1)}`) : BigInt(`0x${payload}`);
  }
  if (tag === TAG.bytes && typeof payload === 'number') return bytes(payload);
  throw new SyntaxError(`a value from a script has the unknown tag ${JSON.stringify(tag)}`);
}
