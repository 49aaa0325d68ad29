type Granularity = 'grapheme' | 'word' | 'sentence';

/** So many units of UTF-16 are looked at together, as far as there is a place to cut. */
const PORTION = 1000;

/** Where a text can be cut without a difference: between the two characters. */
const CUTS: Readonly<Record<Granularity, RegExp>> = {
  grapheme: /[\x20-\x7e](?=[\x20-\x7e])/g,
  word: /[A-Za-z0-9](?= )|\n(?=[\x20-\x7e])/g,
  sentence: /\n(?=[\x20-\x7e])/g,
};

/** The segments of a text by the rules of Unicode (UAX 29). In portions: V8 takes a time proportional to the whole text for each segment. */
export function* segments(
  text: string,
  locale: string,
  granularity: Granularity,
): Generator<Intl.SegmentData, void, void> {
  const segmenter = new Intl.Segmenter(locale, { granularity });
  const cut = CUTS[granularity];
  for (let from = 0; from < text.length; ) {
    cut.lastIndex = from + PORTION;
    const found = cut.exec(text);
    const to = found === null ? text.length : found.index + 1;
    yield* segmenter.segment(text.slice(from, to));
    from = to;
  }
}
