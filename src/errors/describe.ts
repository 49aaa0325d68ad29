import { inspect } from 'node:util';

const LONGEST = 60;

/**
 * A short, safe text for any value, for the "with what value" part of an error message. Never throws
 * and never runs a getter of the value.
 */
export function describe(value: unknown): string {
  const text = inspect(value, {
    depth: 1,
    breakLength: Number.POSITIVE_INFINITY,
    maxStringLength: LONGEST,
    maxArrayLength: 4,
    customInspect: false,
  });
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** The message of anything that was thrown, an error or not. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : describe(thrown);
}
