import { messageOf } from '../../errors/describe.js';
import { StintError } from '../../errors/stint-error.js';

/**
 * The error for an input that fits its schema but makes no sense.
 *
 * @param path which part of the input, `pattern` say
 */
export function wrongInput(path: string, what: string): StintError {
  return new StintError('TOOL_INPUT', `${path}: ${what}`);
}

/** The error for what went wrong while a tool worked. */
export function failed(message: string, cause?: unknown): StintError {
  return new StintError('TOOL_FAILED', message, cause === undefined ? {} : { cause });
}

/** What a library makes of a part of the input; what it throws is said to be about that part. */
export function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw wrongInput(path, messageOf(error));
  }
}
