import type { StintError } from '../errors/stint-error.js';
import type { Outcome } from '../runtime/outcome.js';

/**
 * An outcome as one line of JSON. What JSON has no form for is an object with one key: a bigint
 * `{"$bigint": "123"}`, bytes `{"$bytes": "base64"}`, a date `{"$date": "ISO 8601"}`, and numbers such as
 * `{"$number": "NaN"}`.
 */
export function outcomeToJson(file: string, outcome: Outcome, output: { stdout: string; stderr: string }): string {
  const { kind, value, error, rung, usage } = outcome;
  return JSON.stringify({
    file,
    kind,
    value: plain(value),
    error: error === undefined ? undefined : plainError(error),
    rung,
    usage,
    stdout: output.stdout,
    stderr: output.stderr,
  });
}

function plainError({ code, message, language, line, traceback, scriptErrorName }: StintError): object {
  return { code, message, name: scriptErrorName, language, line, traceback };
}

/** What a value is in JSON. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $number: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString() };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
