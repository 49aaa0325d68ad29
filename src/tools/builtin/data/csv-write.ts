import { builtin } from '../builtin.js';
import { onThread } from '../on-thread.js';
import { anything, boolean, integer, list, object, oneOf, text, withDefault } from '../schema.js';

const csv = onThread<typeof import('./csv-work.js')>(new URL('./csv-work.js', import.meta.url));

export const csvWrite = builtin({
  name: 'csv.write',
  description:
    'Writes records or lists as CSV. Text that a spreadsheet would take for a formula is defused by default.',
  category: 'data',
  tags: ['csv', 'tsv', 'table', 'spreadsheet', 'export'],
  security: 'safe',
  input: object(
    { rows: list(anything('A record, or a list of values.'), 'The rows, all of one kind.', { max: 100_000 }) },
    {
      columns: list(text('A name.', { max: 1000 }), 'The columns and their order. Default: of records, all names.', {
        max: 10_000,
      }),
      delimiter: withDefault(',', oneOf([',', ';', '\t', '|'], 'What is between values.')),
      newline: withDefault('\r\n', oneOf(['\r\n', '\n'], 'What ends a line.')),
      header: withDefault(true, boolean('Whether the names of the columns come first.')),
      formulas: withDefault(false, boolean('Whether texts that begin with = + - @ stay as they are.')),
    },
  ),
  output: object({
    text: text('The CSV.', { max: 16_000_000 }),
    rows: integer('How many rows, without the names.', { min: 0, max: 100_000 }),
  }),
  examples: [
    {
      input: {
        rows: [
          { name: 'Ada', note: 'said "hi"' },
          { name: 'Eve', note: '=1+1' },
        ],
      },
      output: { text: 'name,note\r\nAda,"said ""hi"""\r\nEve,\'=1+1', rows: 2 },
    },
    { input: { rows: [[1, null, true]], delimiter: ';' }, output: { text: '1;;true', rows: 1 } },
  ],
  handler: (input, context) => csv(context, 'write', input),
});
