import { segments } from './segments.js';

interface How {
  /** Characters. */
  readonly width: number;
  readonly locale: string;
}

type Change = (text: string, how: How) => string;

const WORD = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{M}]+|\p{Lo}+|\p{N}+/gu;
const SLUG_WORD = /[\p{L}\p{M}]+|\p{N}+/gu;
const MARKS = /\p{M}+/gu;
const LATIN_MARKS = /(?<=\p{Script=Latin})\p{M}+/gu;

/** Letters that no marks are taken from. */
const ROMANIZED: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
};

/** What the text tool can make of a text, by the name of the operation. */
export const changes = {
  upper: (text, { locale }) => text.toLocaleUpperCase(locale),
  lower: (text, { locale }) => text.toLocaleLowerCase(locale),
  title: (text, { locale }) => eachWord(text, locale, (word) => capital(word, locale)),
  sentence: (text, { locale }) => text.replace(/\p{L}/u, (letter) => letter.toLocaleUpperCase(locale)),
  camel: (text) => joined(text, '', (word, index) => (index === 0 ? word : capital(word))),
  pascal: (text) => joined(text, '', (word) => capital(word)),
  snake: (text) => joined(text, '_'),
  kebab: (text) => joined(text, '-'),
  constant: (text) => joined(text, '_').toUpperCase(),
  slug: (text) => (romanized(text.toLowerCase()).match(SLUG_WORD) ?? []).join('-'),
  trim: (text) => text.trim(),
  squeeze: (text) => text.trim().split(/\s+/).join(' '),
  reverse: (text, { locale }) =>
    Array.from(segments(text, locale, 'grapheme'), ({ segment }) => segment)
      .reverse()
      .join(''),
  sort: (text, { locale }) => lines(text, (all) => all.sort(new Intl.Collator(locale).compare)),
  unique: (text) => lines(text, (all) => [...new Set(all)]),
  truncate,
  wrap: (text, { width }) => lines(text, (all) => all.flatMap((line) => wrapped(line, width))),
  normalize: (text) => text.normalize('NFC'),
  'strip-accents': (text) => plain(text),
} satisfies Record<string, Change>;

function joined(
  text: string,
  between: string,
  change: (word: string, index: number) => string = (word) => word,
): string {
  return (text.match(WORD) ?? []).map((word, index) => change(word.toLowerCase(), index)).join(between);
}

function eachWord(text: string, locale: string, change: (word: string) => string): string {
  return Array.from(segments(text, locale, 'word'), ({ segment, isWordLike }) =>
    isWordLike ? change(segment) : segment,
  ).join('');
}

function capital(word: string, locale = 'en'): string {
  const [first = '', ...rest] = word;
  return first.toLocaleUpperCase(locale) + rest.join('').toLocaleLowerCase(locale);
}

function plain(text: string): string {
  return text.normalize('NFD').replace(MARKS, '').normalize('NFC');
}

/** Latin letters in those of English; letters of other scripts stay as they are. */
function romanized(text: string): string {
  const bare = text.normalize('NFKD').replace(LATIN_MARKS, '').normalize('NFC');
  return bare.replace(/[ßøłđðæœþıħŧ]/g, (letter) => ROMANIZED[letter] ?? letter);
}

/** Changes lines, and ends them as the first one is ended; what ends the last one stays at the end. */
function lines(text: string, change: (lines: string[]) => string[]): string {
  const newline = /\r\n|[\r\n]/.exec(text)?.[0] ?? '\n';
  const all = text.split(/\r\n|[\r\n]/);
  const end = all.length > 1 && all.at(-1) === '' ? newline : '';
  return change(end === '' ? all : all.slice(0, -1)).join(newline) + end;
}

/** At most `width` characters, the last of which is an ellipsis if something is missing. */
function truncate(text: string, { width, locale }: How): string {
  const kept: string[] = [];
  for (const { segment } of segments(text, locale, 'grapheme')) {
    if (kept.length === width) return `${kept.slice(0, -1).join('')}…`;
    kept.push(segment);
  }
  return text;
}

/** Breaks at white space; a word that is too long stays whole. */
function wrapped(line: string, width: number): string[] {
  const made: string[] = [];
  let current = '';
  for (const word of line.split(/\s+/)) {
    if (current !== '' && current.length + 1 + word.length > width) {
      made.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...made, current];
}
