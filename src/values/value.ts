/** What may cross between a script and its host. */
export type Value =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | Value[]
  | { [key: string]: Value };

/** How deep a value may be nested: an array in an array is two levels. */
export const MAX_DEPTH = 100;

/** How many values one argument list, result or message may hold, counted over all levels. */
export const MAX_VALUES = 1_000_000;

/** Whether a value is none that is copied on its way: neither an object nor a function nor a symbol. */
export function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol');
}
