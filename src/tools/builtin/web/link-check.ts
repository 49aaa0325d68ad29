import { messageOf } from '../../../errors/describe.js';
import type { ToolContext } from '../../tool-context.js';
import { builtin } from '../builtin.js';
import { httpUrl } from '../network/http-body.js';
import { boolean, integer, list, object, text, withDefault } from '../schema.js';
import { inParallel } from './in-parallel.js';
import { fetchPage, isFatal, pages } from './page.js';

export const linkCheck = builtin({
  name: 'link.check',
  description:
    'Asks for each link of a page, or for each of a list of URLs, whether there is something, and tells which are broken.',
  category: 'web',
  tags: ['links', 'broken', '404', 'dead links'],
  security: 'restricted',
  permissions: ['net'],
  limits: { timeout: '2m' },
  input: object(
    {},
    {
      url: httpUrl('A page.'),
      urls: list(httpUrl('A URL.'), 'In place of url: what to ask for.', { min: 1, max: 500 }),
      sameHost: withDefault(false, boolean('Whether only links to the host of the page count.')),
      limit: withDefault(100, integer('Links at most.', { min: 1, max: 500 })),
      parallel: withDefault(8, integer('How many to ask for at a time.', { min: 1, max: 32 })),
      timeout: withDefault(10_000, integer('Milliseconds for each.', { min: 1, max: 60_000 })),
    },
  ),
  output: object({
    checked: integer('How many.', { min: 0, max: 500 }),
    broken: list(
      object({
        url: text('The link.'),
        status: integer('0 if there was no answer.', { min: 0, max: 599 }),
        problem: text('What is wrong.'),
      }),
      'The broken ones.',
    ),
    truncated: boolean('Whether there are more links than limit.'),
  }),
  examples: [
    { input: { url: 'http://example.com/' }, check: (output) => (output as { checked: number }).checked > 0 },
    {
      input: { urls: ['http://example.com/', 'http://example.com/'] },
      check: (output) => (output as { checked: number }).checked === 1,
    },
  ],
  async handler({ url, urls, sameHost, limit, parallel, timeout }, context) {
    const found = urls ?? (await linksOf(context, url ?? '', sameHost));
    const unique = [...new Set(found)];
    const checked = unique.slice(0, limit);
    let done = 0;
    const results = await inParallel(checked, parallel, async (link) => {
      const result = await ask(context, link, timeout);
      done += 1;
      context.progress(done, checked.length, link);
      return result;
    });
    return {
      checked: checked.length,
      broken: results.filter((result) => result !== undefined),
      truncated: unique.length > limit,
    };
  },
});

async function linksOf(context: ToolContext, url: string, sameHost: boolean): Promise<string[]> {
  const page = await fetchPage(context, url);
  const { host } = new URL(page.url);
  const found = await pages(context, 'links', { html: page.html, url: page.url });
  return found.map((link) => link.url).filter((link) => !sameHost || new URL(link).host === host);
}

/** Asks by HEAD, and by GET where the server does not know that. Undefined if all is well. */
async function ask({ fetch, signal }: ToolContext, url: string, timeout: number) {
  try {
    for (const method of ['HEAD', 'GET']) {
      const response = await fetch(url, {
        method,
        headers: { 'user-agent': 'stint' },
        signal: AbortSignal.timeout(timeout),
      });
      await response.body?.cancel();
      const { status } = response;
      if (status < 400) return undefined;
      if (method === 'GET' || ![403, 405, 501].includes(status))
        return { url, status, problem: `it answers ${status}` };
    }
    return undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    return {
      url,
      status: 0,
      problem: isFatal(error, signal) ? 'the policy does not permit its host' : messageOf(error),
    };
  }
}
