import { builtin } from '../builtin.js';
import { onThread } from '../on-thread.js';
import { anything, boolean, integer, list, object, text, withDefault } from '../schema.js';

const csv = onThread<typeof import('./csv-work.js')>('data/csv-work.js');

const LONGEST = 8_000_000;
/** As many as there may be commas. */
const MOST_COLUMNS = LONGEST + 1;

export const csvParse = builtin({
  name: 'csv.parse',
  description:
    'Reads CSV (RFC 4180; the delimiter is found out if it is not given) into records by the names of the first line, or into lists.',
  category: 'data',
  tags: ['csv', 'tsv', 'table', 'spreadsheet', 'read'],
  security: 'safe',
  input: object(
    { text: text('The CSV.', { max: LONGEST }) },
    {
      header: withDefault(true, boolean('Whether the first line has the names of the columns.')),
      delimiter: text('What is between values.', { min: 1, max: 1 }),
      numbers: withDefault(false, boolean('Whether what looks like a number or a boolean becomes one.')),
      limit: withDefault(10_000, integer('Rows at most.', { min: 1, max: 100_000 })),
    },
  ),
  output: object({
    columns: list(text('A name.'), 'The names; empty without header.', { max: MOST_COLUMNS }),
    rows: list(anything('A record, or a list without header.'), 'The rows.', { max: 100_000 }),
    truncated: boolean('Whether limit left something out.'),
    problems: list(text('Such as a quote that is not closed, with its row.'), 'What was wrong, 100 at most.'),
  }),
  examples: [
    {
      input: { text: 'name,age\n"Lovelace, Ada",36\n', numbers: true },
      output: { columns: ['name', 'age'], rows: [{ name: 'Lovelace, Ada', age: 36 }], truncated: false, problems: [] },
    },
    {
      description: 'Without names',
      input: { text: 'a;b\r\nc;d', header: false },
      output: {
        columns: [],
        rows: [
          ['a', 'b'],
          ['c', 'd'],
        ],
        truncated: false,
        problems: [],
      },
    },
  ],
  handler: (input, context) => csv(context, 'parse', input),
});
