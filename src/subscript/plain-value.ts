import { describe } from '../errors/describe.js';
import { StintError } from '../errors/stint-error.js';
import type { Value } from '../values/value.js';

/**
 * What crosses between a sub-script and its host. A string of Lua that is not UTF-8 is a `Uint8Array` here, an integer beyond 2^53 a
 * `bigint`.
 */
export type PlainValue = undefined | null | boolean | number | bigint | string | Uint8Array;

/** So many arguments or results cross at once: callbacks get them as arguments, and too many of these do not fit on a stack. */
export const MOST_VALUES = 10_000;

/** Checks that a value is plain. @throws StintError `VALUE_NOT_TRANSFERABLE` */
export function plainValue(value: unknown, name: string): PlainValue {
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
    case 'number':
    case 'bigint':
    case 'string':
      return value;
    default:
      if (value === null || value instanceof Uint8Array) return value;
      throw new StintError(
        'VALUE_NOT_TRANSFERABLE',
        `${name} is ${describe(value)}; only nil, booleans, numbers and strings (Uint8Array for bytes) cross`,
      );
  }
}

/** Several values as they travel: Lua's arrays cannot hold a nil. */
export interface Packed {
  readonly n: number;
  readonly values: PlainValue[];
}

/** What a host function gave: nothing, one value, or an array of several. @throws StintError `VALUE_NOT_TRANSFERABLE` */
export function packResults(result: unknown, name: string): Packed {
  const values = Array.isArray(result) ? result : result === undefined ? [] : [result];
  if (values.length > MOST_VALUES) {
    throw new StintError(
      'VALUE_NOT_TRANSFERABLE',
      `${name} has given ${values.length} results; at most ${MOST_VALUES} cross`,
    );
  }
  return { n: values.length, values: values.map((value, i) => plainValue(value, `result ${i + 1} of ${name}`)) };
}

/** What the loader gave: see loader.ts. */
export function unpackResults(packed: Value): PlainValue[] {
  const { n, values } = packed as unknown as { n: number; values: Record<number, PlainValue> };
  // With a nil among them the values come as an object whose keys count from 1.
  const first = Array.isArray(values) ? 0 : 1;
  return Array.from({ length: n }, (_, i) => values[i + first] ?? undefined);
}
