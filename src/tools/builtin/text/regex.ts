import { builtin } from '../builtin.js';
import { onThread } from '../on-thread.js';
import { boolean, integer, list, nullable, object, oneOf, record, text, withDefault } from '../schema.js';

const expressions = onThread<typeof import('./regex-work.js')>(new URL('./regex-work.js', import.meta.url));

export const regex = builtin({
  name: 'regex',
  description:
    'Finds, replaces or splits by a regular expression of JavaScript. It runs on a thread of its own and ends with the call, however long the expression would take.',
  category: 'text',
  tags: ['regular expression', 'pattern', 'match', 'replace', 'split', 'extract'],
  security: 'safe',
  limits: { timeout: '5s' },
  input: object(
    {
      operation: oneOf(['match', 'replace', 'split'], 'What to do.'),
      text: text('The text to look into.'),
      pattern: text('The regular expression, without slashes.', { min: 1, max: 1000 }),
    },
    {
      flags: withDefault('', text('Of i, m, s, u, v; all matches are taken.', { max: 5, pattern: '^[imsuv]*$' })),
      replacement: withDefault('', text('For replace: may have $1, $<name>, $& and $$.', { max: 100_000 })),
      limit: withDefault(1000, integer('Matches or parts at most.', { min: 1, max: 10_000 })),
    },
  ),
  output: object(
    { truncated: boolean('Whether limit left something out.') },
    {
      matches: list(
        object({
          text: text('What matched.'),
          index: integer('Where, in UTF-16 units from 0.', { min: 0, max: 1e9 }),
          groups: list(
            nullable(text('What a group matched.')),
            'The groups by number; null for one that took no part.',
          ),
          named: record(text('What it matched.'), 'The groups by name.'),
        }),
        'For match.',
      ),
      text: text('For replace: the new text.', { max: 16_000_000 }),
      parts: list(text('A part.'), 'For split.'),
    },
  ),
  examples: [
    {
      description: 'Named groups',
      input: { operation: 'match', text: 'v1.2 and v3.4', pattern: 'v(?<major>\\d+)\\.(\\d+)' },
      output: {
        truncated: false,
        matches: [
          { text: 'v1.2', index: 0, groups: ['1', '2'], named: { major: '1' } },
          { text: 'v3.4', index: 9, groups: ['3', '4'], named: { major: '3' } },
        ],
      },
    },
    {
      input: { operation: 'replace', text: '2024-03-01', pattern: '(\\d+)-(\\d+)-(\\d+)', replacement: '$3.$2.$1' },
      output: { truncated: false, text: '01.03.2024' },
    },
    {
      input: { operation: 'split', text: 'a, b;c', pattern: '[,;]\\s*' },
      output: { truncated: false, parts: ['a', 'b', 'c'] },
    },
  ],
  handler: ({ operation, ...input }, context) => expressions(context, operation, input),
});
