import { builtin } from '../builtin.js';
import { failed } from '../refusal.js';
import { anything, integer, list, object, record, text, withDefault } from '../schema.js';
import { headersInput, httpUrl } from './http-body.js';

export const graphql = builtin({
  name: 'graphql',
  description: 'Sends a GraphQL query or mutation over HTTP and gives data and errors.',
  category: 'network',
  tags: ['graphql', 'api', 'query', 'mutation'],
  security: 'restricted',
  permissions: ['net'],
  input: object(
    { url: httpUrl('The endpoint.'), query: text('The document.', { min: 1, max: 100_000 }) },
    {
      variables: withDefault({}, record(anything('Its value.'), 'The variables.')),
      operation: text('Which operation of the document.', { min: 1, max: 200 }),
      headers: withDefault({}, headersInput),
    },
  ),
  output: object({
    status: integer('The status of HTTP.', { min: 100, max: 599 }),
    data: anything('What was asked for; null if there is nothing.'),
    errors: list(
      object({ message: text('What is wrong.') }, { path: list(anything('A field or an index.'), 'Where.') }),
      'What went wrong.',
    ),
  }),
  examples: [
    {
      input: { url: 'http://example.com/graphql', query: '{ hello }' },
      check: (output) => (output as { errors: unknown[] }).errors.length === 0,
    },
    {
      description: 'With variables',
      input: {
        url: 'http://example.com/graphql',
        query: 'query ($name: String!) { greet(name: $name) }',
        variables: { name: 'Ada' },
      },
      check: (output) => (output as { status: number }).status === 200,
    },
  ],
  async handler({ url, query, variables, operation, headers }, { fetch }) {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...headers,
      },
      body: JSON.stringify({ query, variables, ...(operation === undefined ? {} : { operationName: operation }) }),
    });
    const answer = parsed(await response.text());
    if (answer === undefined)
      throw failed(`${url} answered ${response.status} with something that is no GraphQL response`);
    const errors = Array.isArray(answer.errors) ? answer.errors : [];
    return { status: response.status, data: answer.data ?? null, errors: errors.map(readError) };
  },
});

function parsed(text: string): { data?: unknown; errors?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const known = typeof value === 'object' && value !== null && ('data' in value || 'errors' in value);
    return known ? (value as { data?: unknown; errors?: unknown }) : undefined;
  } catch {
    return undefined;
  }
}

function readError(error: unknown): { message: string; path?: unknown[] } {
  const { message, path } = (error ?? {}) as { message?: unknown; path?: unknown };
  return { message: String(message), ...(Array.isArray(path) ? { path } : {}) };
}
