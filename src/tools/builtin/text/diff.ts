import { builtin } from '../builtin.js';
import { onThread } from '../on-thread.js';
import { boolean, integer, list, object, oneOf, text, withDefault } from '../schema.js';

const texts = onThread<typeof import('./diff-work.js')>(new URL('./diff-work.js', import.meta.url));

export const diff = builtin({
  name: 'diff',
  description:
    'Compares two texts by lines, words or characters: the changes, their number, and a unified patch for lines.',
  category: 'text',
  tags: ['compare', 'patch', 'changes', 'unified'],
  security: 'safe',
  input: object(
    { before: text('The old text.'), after: text('The new text.') },
    {
      by: withDefault('lines', oneOf(['lines', 'words', 'characters'], 'What is compared.')),
      context: withDefault(3, integer('Lines that a patch shows around a change.', { min: 0, max: 100 })),
      name: withDefault(
        'text',
        text('The name in the head of the patch.', { min: 1, max: 200, pattern: '^[^\\r\\n]*$' }),
      ),
      ignoreWhitespace: withDefault(false, boolean('For lines: whether white space at their ends counts as equal.')),
    },
  ),
  output: object(
    {
      equal: boolean('Whether nothing changed.'),
      added: integer('Lines, words or characters added.', { min: 0, max: 1e9 }),
      removed: integer('Lines, words or characters removed.', { min: 0, max: 1e9 }),
      changes: list(
        object({ kind: oneOf(['same', 'added', 'removed'], 'What became of it.'), text: text('A piece.') }),
        'The pieces in their order.',
        { max: 1_000_000 },
      ),
    },
    { patch: text('For lines: a unified patch.', { max: 8_000_000 }) },
  ),
  examples: [
    {
      input: { before: 'the quick fox', after: 'the slow fox', by: 'words' },
      output: {
        equal: false,
        added: 1,
        removed: 1,
        changes: [
          { kind: 'same', text: 'the ' },
          { kind: 'removed', text: 'quick' },
          { kind: 'added', text: 'slow' },
          { kind: 'same', text: ' fox' },
        ],
      },
    },
    {
      description: 'A unified patch',
      input: { before: 'a\nb\nc\n', after: 'a\nB\nc\n', name: 'letters.txt' },
      check: (output) => (output as { patch: string }).patch.includes('\n-b\n+B\n'),
    },
  ],
  handler: (input, context) => texts(context, 'compare', input),
});
