import { builtin } from '../builtin.js';
import { wrongInput } from '../refusal.js';
import { integer, object, oneOf, text as textOf, withDefault } from '../schema.js';
import { changes } from './changes.js';
import { measure } from './measure.js';

const OPERATIONS = [
  'measure',
  'upper',
  'lower',
  'title',
  'sentence',
  'camel',
  'pascal',
  'snake',
  'kebab',
  'constant',
  'slug',
  'trim',
  'squeeze',
  'reverse',
  'sort',
  'unique',
  'truncate',
  'wrap',
  'normalize',
  'strip-accents',
] as const;

export const text = builtin({
  name: 'text',
  description:
    'Measures a text (characters, words, sentences, lines, reading time) or changes it: case, identifiers, slug, white space, order of lines, length, line width, accents.',
  category: 'text',
  tags: ['string', 'case', 'words', 'count', 'slug', 'wrap', 'lines'],
  security: 'safe',
  input: object(
    {
      text: textOf('The text.'),
      operation: oneOf(
        OPERATIONS,
        'measure counts and leaves the text as it is. sort, unique: its lines. squeeze: runs of white space become one space. wrap, truncate: to width.',
      ),
    },
    {
      width: withDefault(
        80,
        integer('For wrap and truncate: characters a line, or at most.', { min: 1, max: 1_000_000 }),
      ),
      locale: withDefault('en', textOf('Of upper, lower, title, sort and words.', { min: 2, max: 35 })),
    },
  ),
  output: object(
    { text: textOf('The changed text.', { max: 4_000_000 }) },
    {
      counts: object({
        characters: integer('As readers see them: an emoji with modifiers is one.', { min: 0, max: 1e9 }),
        bytes: integer('In UTF-8.', { min: 0, max: 1e9 }),
        words: integer('Words.', { min: 0, max: 1e9 }),
        sentences: integer('Sentences.', { min: 0, max: 1e9 }),
        lines: integer('Lines.', { min: 0, max: 1e9 }),
        paragraphs: integer('Blocks of lines with empty lines between them.', { min: 0, max: 1e9 }),
        readingSeconds: integer('At 238 words a minute, the mean of silent reading in English.', { min: 0, max: 1e9 }),
      }),
    },
  ),
  examples: [
    {
      input: { text: 'Crème brûlée, s’il vous plaît!', operation: 'slug' },
      output: { text: 'creme-brulee-s-il-vous-plait' },
    },
    { input: { text: 'parse HTTP response', operation: 'camel' }, output: { text: 'parseHttpResponse' } },
    {
      input: { text: 'One two. Three!\nFour', operation: 'measure' },
      check: (output) => (output as { counts: { words: number } }).counts.words === 4,
    },
  ],
  handler({ text, operation, width, locale }) {
    if (Intl.Segmenter.supportedLocalesOf(languageTag(locale)).length === 0) {
      throw wrongInput('locale', `nobody here knows the language '${locale}'`);
    }
    if (operation === 'measure') return { text, counts: measure(text, locale) };
    return { text: changes[operation](text, { width, locale }) };
  },
});

function languageTag(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en';
  } catch {
    throw wrongInput('locale', `'${locale}' is no language tag; give one such as en or de-DE`);
  }
}
