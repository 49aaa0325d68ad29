interface Question {
  readonly query: string;
  readonly limit: number;
  readonly key: string;
  readonly server: string;
}

interface Request {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Result {
  readonly title?: unknown;
  readonly url?: unknown;
  readonly snippet?: unknown;
}

/** Who searches the web. */
export interface Provider {
  /** The environment variable that has its key, if it needs one. The key goes to its own address and nowhere else. */
  readonly key?: string;
  request(question: Question): Request;
  /** The results of an answer, whatever that is. */
  results(answer: unknown): Result[];
}

const json = { 'content-type': 'application/json' };

export const providers = {
  brave: {
    key: 'BRAVE_API_KEY',
    request: ({ query, limit, key }) => ({
      url: `https://api.search.brave.com/res/v1/web/search?${new URLSearchParams({ q: query, count: `${limit}` })}`,
      headers: { accept: 'application/json', 'x-subscription-token': key },
    }),
    results: (answer) =>
      listOf(answer, 'web', 'results').map(({ title, url, description }) => ({ title, url, snippet: description })),
  },
  tavily: {
    key: 'TAVILY_API_KEY',
    request: ({ query, limit, key }) => ({
      url: 'https://api.tavily.com/search',
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, max_results: limit }),
    }),
    results: (answer) => listOf(answer, 'results').map(({ title, url, content }) => ({ title, url, snippet: content })),
  },
  serper: {
    key: 'SERPER_API_KEY',
    request: ({ query, limit, key }) => ({
      url: 'https://google.serper.dev/search',
      method: 'POST',
      headers: { ...json, 'x-api-key': key },
      body: JSON.stringify({ q: query, num: limit }),
    }),
    results: (answer) => listOf(answer, 'organic').map(({ title, link, snippet }) => ({ title, url: link, snippet })),
  },
  searxng: {
    request: ({ query, server }) => ({
      url: `${new URL('search', server)}?${new URLSearchParams({ q: query, format: 'json' })}`,
    }),
    results: (answer) => listOf(answer, 'results').map(({ title, url, content }) => ({ title, url, snippet: content })),
  },
} satisfies Record<string, Provider>;

/** The objects of the list that a path leads to; none if there is no list. */
function listOf(answer: unknown, ...path: string[]): Readonly<Record<string, unknown>>[] {
  let found = answer;
  for (const key of path)
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, key) ? Reflect.get(found, key) : undefined;
  return Array.isArray(found) ? found.filter((item) => typeof item === 'object' && item !== null) : [];
}
