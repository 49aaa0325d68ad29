import { invalid } from '../errors/invalid.js';
import type { Value } from '../values/value.js';

/** The longest that a timer of the platform can wait, 24.8 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Lua says nil, JavaScript undefined or null for an argument that is not given. */
function isMissing(value: Value): value is undefined | null {
  return value === undefined || value === null;
}

export function readMilliseconds(value: Value, name: string): number {
  if (typeof value === 'number' && value >= 0 && value <= LONGEST_MS) return value;
  throw invalid(name, value, `a number of milliseconds from 0 to ${LONGEST_MS}`);
}

/** @param least 0 where any free port will do, else 1 */
export function readPort(value: Value, name: string, least: 0 | 1): number {
  return readWhole(value, name, least, 65_535);
}

export function readHostName(value: Value, name: string, standard?: string): string {
  if (isMissing(value) && standard !== undefined) return standard;
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(name, value, "a name or an address, such as 'api.example.com', '127.0.0.1' or '::1'");
}

/** How much to read at most. */
export function readCount(value: Value, name: string, standard: number, most: number): number {
  return isMissing(value) ? Math.min(standard, most) : readWhole(value, name, 1, most);
}

export function readData(value: Value, name: string): string | Uint8Array {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  throw invalid(name, value, 'a text or bytes');
}

function readWhole(value: Value, name: string, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(name, value, `a whole number from ${least} to ${most}`);
}
