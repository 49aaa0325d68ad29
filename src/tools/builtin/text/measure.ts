import { segments } from './segments.js';

/** The mean silent reading rate of English non-fiction, words a minute (Brysbaert 2019, doi:10.1016/j.jml.2019.104047). */
const WORDS_A_MINUTE = 238;

/** Counts what a text consists of, by the rules of Unicode (UAX 29). */
export function measure(text: string, locale: string) {
  const words = count(text, locale, 'word', (segment) => segment.isWordLike === true);
  return {
    characters: count(text, locale, 'grapheme', () => true),
    bytes: Buffer.byteLength(text),
    words,
    sentences: count(text, locale, 'sentence', ({ segment }) => segment.trim() !== ''),
    lines: text === '' ? 0 : text.split(/\r\n|[\r\n]/).length,
    paragraphs: text
      .replace(/\r\n?/g, '\n')
      .split(/\n[^\S\n]*\n/)
      .filter((block) => block.trim() !== '').length,
    readingSeconds: Math.ceil((words / WORDS_A_MINUTE) * 60),
  };
}

function count(
  text: string,
  locale: string,
  granularity: 'grapheme' | 'word' | 'sentence',
  counts: (segment: Intl.SegmentData) => boolean,
): number {
  let number = 0;
  for (const segment of segments(text, locale, granularity)) if (counts(segment)) number += 1;
  return number;
}
