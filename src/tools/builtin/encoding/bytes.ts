import { wrongInput } from '../refusal.js';

/** Ways to write bytes in a text. */
export type TextEncoding = 'utf8' | 'base64' | 'base64url' | 'hex';

const FORMS: Readonly<Record<Exclude<TextEncoding, 'utf8'>, { alien: RegExp; what: string }>> = {
  base64: { alien: /[^A-Za-z0-9+/]/, what: 'Base64: A-Z a-z 0-9 + /' },
  base64url: { alien: /[^\w-]/, what: 'Base64 for URLs: A-Z a-z 0-9 - _' },
  hex: { alien: /[^0-9a-fA-F]/, what: 'hexadecimal: pairs of 0-9 a-f' },
};

/**
 * The bytes that a text stands for. White space in Base64 is left out.
 *
 * @throws StintError `TOOL_INPUT`; Node's decoders leave out silently what they cannot read
 */
export function bytesOf(text: string, encoding: TextEncoding, path: string): Buffer {
  if (encoding === 'utf8') return Buffer.from(text);
  const padded = text.replace(/\s+/g, '');
  const dense = encoding === 'hex' ? padded : padded.replace(/={1,2}$/, '');
  const { alien, what } = FORMS[encoding];
  // Padding may be missing, but not be of the wrong length.
  const isPaddedWrong = dense !== padded && padded.length % 4 !== 0;
  const cut = encoding === 'hex' ? dense.length % 2 === 1 : dense.length % 4 === 1 || isPaddedWrong;
  if (cut || alien.test(dense)) throw wrongInput(path, `it is not ${what}`);
  return Buffer.from(dense, encoding);
}

/** The text that bytes are in UTF-8; undefined if they are no UTF-8. */
export function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes for a result: as text if they are UTF-8, else as Base64. */
export function written(bytes: Buffer): { content: string; encoding: 'utf8' | 'base64' } {
  const content = utf8Of(bytes);
  return content === undefined
    ? { content: bytes.toString('base64'), encoding: 'base64' }
    : { content, encoding: 'utf8' };
}
