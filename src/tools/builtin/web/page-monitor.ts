import { createHash } from 'node:crypto';
import { builtin } from '../builtin.js';
import { httpUrl } from '../network/http-body.js';
import { onThread } from '../on-thread.js';
import { boolean, integer, list, nullable, object, text } from '../schema.js';
import { fetchPage, pages } from './page.js';

const texts = onThread<typeof import('../text/diff-work.js')>(new URL('../text/diff-work.js', import.meta.url));

export const pageMonitor = builtin({
  name: 'page.monitor',
  description:
    'Whether the text of a web page, or of a part of it, has changed since the last look. Keep what it returns, and give fingerprint (or text, to see the changes) the next time.',
  category: 'web',
  tags: ['changes', 'watch', 'page', 'fingerprint', 'diff'],
  security: 'restricted',
  permissions: ['net'],
  input: object(
    { url: httpUrl('The page.') },
    {
      selector: text('A CSS selector of the part that counts.', { min: 1, max: 1000 }),
      fingerprint: text('That of the last look.', { max: 64, pattern: '^[0-9a-f]{64}$' }),
      text: text('The text of the last look.', { max: 1_000_000 }),
    },
  ),
  output: object(
    {
      changed: nullable(boolean('null on the first look.')),
      fingerprint: text('Of the text.', { max: 64 }),
      text: text('The text.', { max: 1_000_000 }),
      status: integer('The status.', { min: 100, max: 599 }),
    },
    {
      added: list(text('A line.'), 'With text: lines that are new.'),
      removed: list(text('A line.'), 'With text: lines that are gone.'),
    },
  ),
  examples: [
    {
      description: 'The first look',
      input: { url: 'http://example.com/' },
      check: (output) => (output as { changed: unknown }).changed === null,
    },
    {
      description: 'Against an earlier text',
      input: { url: 'http://example.com/', selector: 'h1', text: 'Something else' },
      check: (output) => (output as { changed: boolean }).changed,
    },
  ],
  async handler({ url, selector, fingerprint, text: before }, context) {
    const page = await fetchPage(context, url);
    const whole = await pages(context, 'pageText', {
      html: page.html,
      ...(selector === undefined ? {} : { selector }),
    });
    const now = whole.slice(0, 1_000_000);
    const print = createHash('sha256').update(now).digest('hex');
    const look = { fingerprint: print, text: now, status: page.status };
    if (before === undefined) return { ...look, changed: fingerprint === undefined ? null : fingerprint !== print };
    const { equal, changes } = await texts(context, 'compare', {
      before,
      after: now,
      by: 'lines',
      context: 0,
      name: 'page',
      ignoreWhitespace: true,
    });
    const lines = (kind: string) =>
      changes.filter((change) => change.kind === kind).flatMap((change) => change.text.replace(/\n$/, '').split('\n'));
    return {
      ...look,
      changed: !equal,
      added: lines('added').slice(0, 10_000),
      removed: lines('removed').slice(0, 10_000),
    };
  },
});
