import { types } from 'node:util';

/** Whether something is an error, also one of another realm (a `vm` context). Never throws. */
export function isError(value: unknown): value is Error {
  try {
    return types.isNativeError(value) || value instanceof Error;
  } catch {
    // A proxy whose traps throw.
    return false;
  }
}
