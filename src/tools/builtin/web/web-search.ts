import { builtin } from '../builtin.js';
import { httpUrl } from '../network/http-body.js';
import { failed, wrongInput } from '../refusal.js';
import { integer, list, object, oneOf, text, withDefault } from '../schema.js';
import { type Provider, providers } from './search-providers.js';

const NAMES = ['brave', 'tavily', 'serper', 'searxng'] as const;

export const webSearch = builtin({
  name: 'web.search',
  description:
    'Searches the web by Brave, Tavily or Serper, whose key is in BRAVE_API_KEY, TAVILY_API_KEY or SERPER_API_KEY, or by a SearXNG server of yours, which needs none.',
  category: 'web',
  tags: ['search', 'internet', 'find', 'results'],
  security: 'restricted',
  permissions: ['net', 'environment'],
  input: object(
    { query: text('What to look for.', { min: 1, max: 400 }), provider: oneOf(NAMES, 'Who searches.') },
    {
      limit: withDefault(10, integer('Results at most.', { min: 1, max: 20 })),
      server: httpUrl('For searxng: where it is. It has to give JSON (search.formats in its settings).'),
    },
  ),
  output: object({
    results: list(
      object({ title: text('Its title.'), url: text('Where it is.'), snippet: text('What it says there.') }),
      'The best first.',
      { max: 20 },
    ),
  }),
  examples: [
    {
      input: { query: 'lua sandbox', provider: 'searxng', server: 'http://example.com/searx/' },
      check: (output) => (output as { results: unknown[] }).results.length > 0,
    },
    {
      description: 'One result',
      input: { query: 'quickjs', provider: 'searxng', server: 'http://example.com/searx/', limit: 1 },
      check: (output) => (output as { results: unknown[] }).results.length === 1,
    },
  ],
  async handler({ query, provider: name, limit, server }, context) {
    const provider: Provider = providers[name];
    if (provider.key === undefined && server === undefined) throw wrongInput('server', 'searxng needs one');
    const key = provider.key === undefined ? '' : context.environment(provider.key);
    if (key === undefined)
      throw wrongInput('provider', `${name} needs a key; put it into the environment variable ${provider.key}`);
    const { url, ...init } = provider.request({ query, limit, key, server: server ?? '' });
    // A redirect would take the key elsewhere.
    const response = await context.fetch(url, { ...init, redirect: 'error' });
    if (!response.ok) throw failed(`${name} answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
    const found = provider.results(JSON.parse(await response.text()));
    return {
      results: found
        .slice(0, limit)
        .map((result) => ({ title: plain(result.title), url: plain(result.url), snippet: plain(result.snippet) })),
    };
  },
});

/** Some answer with marks of HTML around what fits. */
function plain(value: unknown): string {
  return typeof value === 'string' ? value.replace(/<\/?(?:strong|b|em)>/g, '').slice(0, 10_000) : '';
}
