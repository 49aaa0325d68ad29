import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { invalid } from '../../errors/invalid.js';

const TOKEN_BYTES = 32;
/** The shortest token that is taken from elsewhere, in characters. */
const SHORTEST = 32;

/** Makes a token: 256 bits, not to be guessed. */
export function makeToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Reads a token that somebody chose. @throws StintError `INVALID_ARGUMENT`, without the token in it */
export function readToken(value: unknown, name: string): string {
  if (typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) && value.length >= SHORTEST) return value;
  throw invalid(
    name,
    typeof value === 'string' ? `a text of ${value.length} characters` : value,
    `at least ${SHORTEST} printable characters without spaces`,
  );
}

/** Compares with a token, in a time that says nothing of where they differ, nor of how long the token is. */
export function tokenCheck(token: string): (given: unknown) => boolean {
  const expected = digest(token);
  return (given) => typeof given === 'string' && timingSafeEqual(digest(given), expected);
}

/** The token of an `Authorization: Bearer` header. */
export function bearer(header: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
