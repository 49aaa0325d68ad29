import { builtin } from '../builtin.js';
import { sourceBytes, sourceInput } from '../files/source.js';
import { onThread } from '../on-thread.js';
import { boolean, integer, list, object, record, text, withDefault } from '../schema.js';
import { MINIMAL_PDF } from './example-pdf.js';

const pdfs = onThread<typeof import('./pdf-work.js')>(new URL('./pdf-work.js', import.meta.url));

export const pdfText = builtin({
  name: 'pdf.text',
  description:
    'The text of a PDF by pages, and what it says of itself (title, author). Pages that are pictures have no text.',
  category: 'documents',
  tags: ['pdf', 'extract', 'document', 'pages'],
  security: 'restricted',
  permissions: ['read'],
  input: object(
    {},
    {
      ...sourceInput,
      first: withDefault(1, integer('The first page.', { min: 1, max: 100_000 })),
      count: withDefault(100, integer('Pages at most.', { min: 1, max: 1000 })),
    },
  ),
  output: object({
    pages: list(
      object({ page: integer('Its number.', { min: 1, max: 100_000 }), text: text('Its text.') }),
      'The pages.',
    ),
    total: integer('Pages of the document.', { min: 0, max: 100_000 }),
    truncated: boolean('Whether there are more.'),
    about: record(text('What it says.'), 'What the document says of itself.'),
  }),
  examples: [
    {
      input: { base64: MINIMAL_PDF },
      check: (output) => (output as { pages: { text: string }[] }).pages[0]?.text === 'Hello, PDF',
    },
    {
      description: 'From a page that is not there on',
      input: { base64: MINIMAL_PDF, first: 2 },
      check: (output) => (output as { pages: unknown[] }).pages.length === 0,
    },
  ],
  async handler({ first, count, ...source }, context) {
    return pdfs(context, 'extract', { bytes: await sourceBytes(context, source), first, count });
  },
});
