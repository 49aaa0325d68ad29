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
    paragraphs: text.split(/(?:\r\n|[\r\n])[^\S\r\n]*(?:\r\n|[\r\n])/).filter((block) => block.trim() !== '').length,
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
  for (const segment of new Intl.Segmenter(locale, { granularity }).segment(text)) if (counts(segment)) number += 1;
  return number;
}
