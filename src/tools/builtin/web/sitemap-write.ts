import { builtin } from '../builtin.js';
import { isDay } from '../day.js';
import { reading, wrongInput } from '../refusal.js';
import { list, number, object, oneOf, text } from '../schema.js';

export const sitemapWrite = builtin({
  name: 'sitemap.write',
  description: 'Writes a sitemap (sitemaps.org 0.9) of a list of pages.',
  category: 'web',
  tags: ['sitemap', 'xml', 'seo', 'generate'],
  security: 'safe',
  input: object({
    pages: list(
      object(
        { url: text('The page, from http:// or https:// on.', { min: 1, max: 2048 }) },
        {
          modified: text('When it was changed, as YYYY-MM-DD.', { min: 10, max: 10 }),
          changes: oneOf(
            ['always', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'never'],
            'How often it changes.',
          ),
          priority: number('Beside the other pages.', { min: 0, max: 1 }),
        },
      ),
      'The pages.',
      { min: 1, max: 50_000 },
    ),
  }),
  output: object({ xml: text('The sitemap.', { max: 64_000_000 }) }),
  examples: [
    {
      input: { pages: [{ url: 'https://example.com/?a=1&b=2', modified: '2024-03-01' }] },
      check: (output) =>
        (output as { xml: string }).xml.includes(
          '<loc>https://example.com/?a=1&amp;b=2</loc><lastmod>2024-03-01</lastmod>',
        ),
    },
    {
      input: { pages: [{ url: 'https://example.com/', changes: 'daily', priority: 1 }] },
      check: (output) =>
        (output as { xml: string }).xml.includes('<changefreq>daily</changefreq><priority>1.0</priority>'),
    },
  ],
  handler({ pages }) {
    const entries = pages.map(({ url, modified, changes, priority }, index) => {
      const page = readPage(url, modified, `pages[${index}]`);
      const parts = [
        element('loc', page),
        element('lastmod', modified),
        element('changefreq', changes),
        element('priority', priority?.toFixed(1)),
      ];
      return `  <url>${parts.join('')}</url>\n`;
    });
    const head =
      '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n';
    return { xml: `${head}${entries.join('')}</urlset>\n` };
  },
});

/** Checked here and not by patterns of the schema, which look at so much text only. */
function readPage(url: string, modified: string | undefined, path: string): string {
  const { href, protocol } = reading(`${path}.url`, () => new URL(url));
  if (protocol !== 'http:' && protocol !== 'https:') throw wrongInput(`${path}.url`, `'${url}' is no page of the web`);
  if (modified !== undefined && !isDay(modified)) {
    throw wrongInput(`${path}.modified`, `'${modified}' is no day, or not written as YYYY-MM-DD`);
  }
  return href;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function element(name: string, content: string | undefined): string {
  return content === undefined
    ? ''
    : `<${name}>${content.replace(/[&<>"']/g, (sign) => ESCAPES[sign] as string)}</${name}>`;
}
