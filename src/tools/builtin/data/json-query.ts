import { builtin } from '../builtin.js';
import { onThread } from '../on-thread.js';
import { anything, boolean, integer, list, object, text, withDefault } from '../schema.js';

const paths = onThread<typeof import('./json-query-work.js')>(new URL('./json-query-work.js', import.meta.url));

export const jsonQuery = builtin({
  name: 'json.query',
  description: 'Selects from a JSON value by JSONPath (RFC 9535): $.store.book[?@.price < 10].title, $..author.',
  category: 'data',
  tags: ['json', 'jsonpath', 'select', 'filter', 'extract'],
  security: 'safe',
  limits: { timeout: '5s' },
  input: object(
    { query: text('The JSONPath.', { min: 1, max: 1000 }) },
    {
      data: anything('The value.'),
      text: text('The value as JSON text, in place of data.', { max: 8_000_000 }),
      limit: withDefault(1000, integer('Matches at most.', { min: 1, max: 10_000 })),
    },
  ),
  output: object({
    matches: list(object({ path: text('Where it is.'), value: anything('What is there.') }), 'What fits, in order.'),
    count: integer('How much fits in all.', { min: 0, max: 1e9 }),
    truncated: boolean('Whether limit left something out.'),
  }),
  examples: [
    {
      input: {
        query: '$.books[?@.price < 10].title',
        data: {
          books: [
            { title: 'A', price: 8 },
            { title: 'B', price: 12 },
          ],
        },
      },
      output: { matches: [{ path: "$['books'][0]['title']", value: 'A' }], count: 1, truncated: false },
    },
    {
      description: 'JSON as text, at any depth',
      input: { query: '$..id', text: '{"id": 1, "child": {"id": 2}}' },
      check: (output) => (output as { count: number }).count === 2,
    },
  ],
  handler: (input, context) => paths(context, 'select', input),
});
