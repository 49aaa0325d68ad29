import type { Value } from './value.js';

/** What a value is taken to cost where values are gathered, in bytes: about what its copy takes. */
export function sizeOf(value: Value): number {
  switch (typeof value) {
    case 'string':
      return 16 + 2 * value.length;
    case 'object':
      return value === null ? 8 : sizeOfObject(value);
    default:
      return 8;
  }
}

function sizeOfObject(value: Exclude<Value, string | undefined | null>): number {
  if (value instanceof Uint8Array) return 64 + value.byteLength;
  let size = 32;
  if (Array.isArray(value)) for (const item of value) size += sizeOf(item);
  else for (const [key, item] of Object.entries(value)) size += sizeOf(key) + sizeOf(item);
  return size;
}
