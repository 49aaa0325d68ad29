import type { ErrorCode } from '../errors/codes.js';
import { messageOf } from '../errors/describe.js';
import { isStintError, StintError } from '../errors/stint-error.js';
import { systemCode } from '../errors/system-code.js';

/** What the refusals of the system mean; all others mean that this is no place for a ledger. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  EACCES: 'PERMISSION_DENIED',
  EPERM: 'PERMISSION_DENIED',
  EROFS: 'PERMISSION_DENIED',
  // Node's own permission model.
  ERR_ACCESS_DENIED: 'PERMISSION_DENIED',
  EDQUOT: 'OUT_OF_MEMORY',
  EMFILE: 'OUT_OF_MEMORY',
  ENFILE: 'OUT_OF_MEMORY',
  ENOMEM: 'OUT_OF_MEMORY',
  ENOSPC: 'OUT_OF_MEMORY',
};

/** What the system says of a path that is not there, at its end or on the way. */
export const NOT_THERE: readonly string[] = ['ENOENT', 'ENOTDIR'];

/** Makes a {@link StintError} of what the system refused; `what` was to be done. */
export function refused(what: string, error: unknown): StintError {
  if (isStintError(error)) return error;
  const code = CODES[systemCode(error) ?? ''] ?? 'INVALID_ARGUMENT';
  return new StintError(code, `stint cannot ${what}: ${messageOf(error)}`, { cause: error });
}

/** Waits for something and returns `otherwise` if it fails with one of these codes. */
export async function unless<T, U>(codes: readonly string[], work: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await work;
  } catch (error) {
    if (codes.includes(systemCode(error) ?? '')) return otherwise;
    throw error;
  }
}
