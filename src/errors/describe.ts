import { inspect } from 'node:util';
import { isError } from './is-error.js';

const LONGEST = 60;

/** What is said of a value whose getters or traps throw. */
const UNREADABLE = 'something that cannot be read';

/**
 * A short, safe text for any value, for the "with what value" part of an error message. Never throws
 * and never runs a getter of the value.
 */
export function describe(value: unknown): string {
  const text = inspected(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** The message of anything that was thrown, an error or not. Never throws. */
export function messageOf(thrown: unknown): string {
  try {
    return isError(thrown) ? String(thrown.message) : describe(thrown);
  } catch {
    return UNREADABLE;
  }
}

function inspected(value: unknown): string {
  try {
    return inspect(value, {
      depth: 1,
      breakLength: Number.POSITIVE_INFINITY,
      maxStringLength: LONGEST,
      maxArrayLength: 4,
      customInspect: false,
    });
  } catch {
    return UNREADABLE;
  }
}
