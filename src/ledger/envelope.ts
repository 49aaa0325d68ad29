import { createHash } from 'node:crypto';
import { messageOf } from '../errors/describe.js';

/**
 * What every file of the ledger looks like: a line with the format and a digest, and a line of JSON.
 *
 *     stint-ledger 1 0123456789abcdef0123456789abcdef
 *     {"kind":"segment",...}
 *
 * The digest is over the second line, its line feed included: a file that is cut short or has a changed bit is seen as such.
 */
const FORMAT = 1;
const HEADER = /^stint-ledger ([0-9]{1,9}) ([0-9a-f]{32})\n/;

/** The longest file that is read. */
export const MOST_BYTES = 8192;

/** What a file of the ledger says, or why it is not believed. */
export type Reading<T> = { readonly value: T } | { readonly fault: string };

export function encode(value: object): Buffer {
  const body = `${JSON.stringify(value)}\n`;
  return Buffer.from(`stint-ledger ${FORMAT} ${digest(body)}\n${body}`);
}

/** Never throws. What it returns has the form of an object; what is in it nobody has looked at. */
export function decode(bytes: Uint8Array): Reading<Record<string, unknown>> {
  if (bytes.length > MOST_BYTES) return { fault: `it is longer than ${MOST_BYTES} bytes` };
  const text = Buffer.from(bytes).toString('latin1');
  const header = HEADER.exec(text);
  if (header === null) return { fault: 'it is torn, or no record: its first line is not one of the ledger' };
  const format = Number(header[1]);
  if (format > FORMAT)
    return { fault: `it is of format ${format}, of a later version of stint; this one knows ${FORMAT}` };
  if (format !== FORMAT) return { fault: `it is of format ${format}, which never was` };
  const body = bytes.subarray(header[0].length);
  if (digest(body) !== header[2]) return { fault: 'it is torn or was changed: its digest is not that of its contents' };
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { fault: 'it holds no object' };
    return { value: value as Record<string, unknown> };
  } catch (error) {
    return { fault: `it holds no JSON: ${messageOf(error)}` };
  }
}

function digest(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 32);
}
