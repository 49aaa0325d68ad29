import { builtin } from '../builtin.js';
import { onThread } from '../on-thread.js';
import { object, oneOf, text } from '../schema.js';
import { SOURCES, TARGETS } from './formats.js';

const converter = onThread<typeof import('./convert-work.js')>(new URL('./convert-work.js', import.meta.url));

export const convert = builtin({
  name: 'convert',
  description:
    'Converts text between data formats (JSON, NDJSON, YAML, TOML, CSV; XML can be read), Markdown to HTML, and HTML or Markdown to plain text.',
  category: 'data',
  tags: ['json', 'yaml', 'toml', 'csv', 'xml', 'markdown', 'html', 'format'],
  security: 'safe',
  limits: { timeout: '10s' },
  input: object({
    text: text('What to convert.', { max: 4_000_000 }),
    from: oneOf(SOURCES, 'What it is.'),
    to: oneOf(TARGETS, 'What to make of it. HTML that comes from Markdown holds whatever HTML the Markdown held.'),
  }),
  output: object({ text: text('The result.', { max: 16_000_000 }) }),
  examples: [
    {
      input: { text: '{"name": "stint", "tags": ["a", "b"]}', from: 'json', to: 'yaml' },
      output: { text: 'name: stint\ntags:\n  - a\n  - b\n' },
    },
    {
      input: { text: '# Hi\n\n*there*', from: 'markdown', to: 'html' },
      output: { text: '<h1>Hi</h1>\n<p><em>there</em></p>\n' },
    },
    {
      description: 'XML as a tree of elements',
      input: { text: '<a x="1"><b>two</b></a>', from: 'xml', to: 'json' },
      check: (output) =>
        JSON.stringify(JSON.parse((output as { text: string }).text)) ===
        '{"name":"a","attributes":{"x":"1"},"children":[{"name":"b","attributes":{},"children":["two"]}]}',
    },
  ],
  handler: (input, context) => converter(context, 'convertText', input),
});
