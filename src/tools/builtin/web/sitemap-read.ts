import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { messageOf } from '../../../errors/describe.js';
import type { ToolContext } from '../../tool-context.js';
import { builtin } from '../builtin.js';
import { httpUrl } from '../network/http-body.js';
import { onThread } from '../on-thread.js';
import { failed } from '../refusal.js';
import { boolean, integer, list, object, text, withDefault } from '../schema.js';
import { isFatal } from './page.js';

const sitemaps = onThread<typeof import('./sitemap-work.js')>(new URL('./sitemap-work.js', import.meta.url));
const unzip = promisify(gunzip);

const MOST_FILES = 50;
/** What the protocol lets a sitemap have, unpacked. */
const LONGEST_FILE = 52_428_800;

export const sitemapRead = builtin({
  name: 'sitemap.read',
  description:
    'The pages that a site lists for search engines: its sitemap, those that its index names, and those that robots.txt names.',
  category: 'web',
  tags: ['sitemap', 'crawl', 'pages', 'seo', 'robots.txt'],
  security: 'restricted',
  permissions: ['net'],
  limits: { timeout: '1m' },
  input: object(
    { url: httpUrl('A sitemap, or the site.') },
    { limit: withDefault(1000, integer('Pages at most.', { min: 1, max: 10_000 })) },
  ),
  output: object({
    sitemaps: list(text('A URL.'), 'The sitemaps that were read.'),
    pages: list(
      object({ url: text('The page.') }, { modified: text('When it was changed, as it says.') }),
      'The pages.',
    ),
    truncated: boolean('Whether there are more.'),
    problems: list(text('What is wrong.'), 'What could not be read.'),
  }),
  examples: [
    {
      input: { url: 'http://example.com/sitemap.xml' },
      check: (output) => (output as { pages: unknown[] }).pages.length > 0,
    },
    {
      description: 'By robots.txt',
      input: { url: 'http://example.com/', limit: 1 },
      check: (output) => (output as { pages: unknown[] }).pages.length === 1,
    },
  ],
  async handler({ url, limit }, context) {
    const left = /\.(?:xml|gz|txt)$/.test(new URL(url).pathname) ? [url] : await fromRobots(context, url);
    const known = new Set(left);
    const answer = {
      sitemaps: [] as string[],
      pages: [] as { url: string; modified?: string }[],
      problems: [] as string[],
    };
    for (const next of left) {
      if (answer.sitemaps.length === MOST_FILES || answer.pages.length > limit) break;
      try {
        const found = await sitemaps(context, 'read', { bytes: await fetchSitemap(context, next), url: next });
        answer.sitemaps.push(next);
        for (const one of found.sitemaps.filter((one) => !known.has(one)).slice(0, MOST_FILES)) {
          known.add(one);
          left.push(one);
        }
        answer.pages.push(...found.pages.slice(0, limit + 1 - answer.pages.length));
      } catch (error) {
        if (isFatal(error, context.signal)) throw error;
        answer.problems.push(`${next}: ${messageOf(error)}`);
      }
    }
    if (answer.sitemaps.length === 0) throw failed(`no sitemap was found: ${answer.problems.join('; ')}`);
    return {
      ...answer,
      pages: answer.pages.slice(0, limit),
      truncated: answer.pages.length > limit || answer.sitemaps.length === MOST_FILES,
    };
  },
});

async function fromRobots({ fetch }: ToolContext, site: string): Promise<string[]> {
  const response = await fetch(new URL('/robots.txt', site));
  const robots = response.status === 200 ? (await response.text()).slice(0, 512_000) : '';
  const named = [...robots.matchAll(/^[ \t]*sitemap[ \t]*:[ \t]*(\S+)/gim)].map(([, reference]) => reference as string);
  const urls = named
    .filter((reference) => URL.canParse(reference, site))
    .map((reference) => new URL(reference, site).href);
  return urls.length > 0 ? urls : [new URL('/sitemap.xml', site).href];
}

async function fetchSitemap({ fetch }: ToolContext, url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (response.status !== 200) throw failed(`it answered ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return packed ? unzip(bytes, { maxOutputLength: LONGEST_FILE }) : bytes;
}
