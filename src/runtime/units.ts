import { invalid } from '../errors/invalid.js';

/** A length of time: milliseconds, or a text with a unit. */
export type Duration = number | `${number}ms` | `${number}s` | `${number}m`;

/** A size: bytes, or a text with a unit (1kb is 1024 bytes). */
export type Bytes = number | `${number}b` | `${number}kb` | `${number}mb` | `${number}gb`;

/** The longest time that can be asked for: what a timer of the platform can hold, 24.8 days. */
const MAX_DURATION_MS = 2 ** 31 - 1;

const DURATION_UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000 };
const BYTE_UNITS: Record<string, number> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/**
 * Reads a {@link Duration} into milliseconds.
 *
 * @param name what to call it in an error message
 * @throws StintError `INVALID_ARGUMENT`
 */
export function parseDuration(value: unknown, name: string): number {
  const ms = parseQuantity(value, DURATION_UNITS);
  if (ms === undefined || !(ms >= 0 && ms <= MAX_DURATION_MS)) {
    throw invalid(name, value, `a time from 0 to ${MAX_DURATION_MS} ms, such as 500, '500ms', '30s' or '2m'`);
  }
  return ms;
}

/**
 * Reads {@link Bytes} into a whole number of bytes between two bounds.
 *
 * @throws StintError `INVALID_ARGUMENT`
 */
export function parseBytes(value: unknown, name: string, least: number, most: number): number {
  const bytes = parseQuantity(value, BYTE_UNITS);
  if (bytes === undefined || !Number.isInteger(bytes) || bytes < least || bytes > most) {
    throw invalid(name, value, `a size from ${least} to ${most} bytes, such as 65536, '512kb' or '64mb'`);
  }
  return bytes;
}

function parseQuantity(value: unknown, units: Record<string, number>): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const match = /^(\d+(?:\.\d+)?)([a-z]+)$/i.exec(value.trim());
  const factor = units[match?.[2]?.toLowerCase() ?? ''];
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
}
