import { utf8Of } from '../encoding/bytes.js';
import { reading } from '../refusal.js';

interface Question {
  readonly bytes: Uint8Array;
  readonly contains?: string;
  readonly pattern?: string;
  readonly ignoreCase: boolean;
  readonly limit: number;
}

const SHOWN = 500;

/** The lines that fit; undefined if it is no text. */
export function linesOf({ bytes, contains, pattern, ignoreCase, limit }: Question) {
  const text = bytes.includes(0) ? undefined : utf8Of(bytes);
  if (text === undefined) return undefined;
  const source = pattern ?? (contains as string).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const expression = reading('pattern', () => new RegExp(source, ignoreCase ? 'i' : ''));
  const found: { line: number; text: string }[] = [];
  text.split(/\r\n|\n/).forEach((line, index) => {
    if (found.length < limit && expression.test(line)) found.push({ line: index + 1, text: line.slice(0, SHOWN) });
  });
  return found;
}
