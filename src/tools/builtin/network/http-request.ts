import { StintError } from '../../../errors/stint-error.js';
import { builtin } from '../builtin.js';
import { bytesOf } from '../encoding/bytes.js';
import { wrongInput } from '../refusal.js';
import { anything, integer, object, oneOf, text, withDefault } from '../schema.js';
import { headersInput, httpUrl, readAnswer, responseOutput } from './http-body.js';

export const httpRequest = builtin({
  name: 'http.request',
  description:
    'Makes an HTTP request and gives status, headers and body. Every connection, those of redirects too, has to be one that the policy permits.',
  category: 'network',
  tags: ['http', 'fetch', 'rest', 'get', 'post', 'download'],
  security: 'restricted',
  permissions: ['net'],
  input: object(
    { url: httpUrl('Where to.') },
    {
      method: withDefault('GET', oneOf(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], 'The method.')),
      headers: withDefault({}, headersInput),
      body: text('The body.', { max: 8_000_000 }),
      encoding: withDefault('utf8', oneOf(['utf8', 'base64'], 'How body is written.')),
      json: anything('In place of body: a value to send as JSON.'),
      redirect: withDefault('follow', oneOf(['follow', 'manual', 'error'], 'What to do with a redirect.')),
      timeout: integer('Milliseconds, if less than those of the call.', { min: 1, max: 600_000 }),
    },
  ),
  output: responseOutput,
  examples: [
    { input: { url: 'http://example.com/' }, check: (output) => (output as { status: number }).status === 200 },
    {
      description: 'Sends JSON',
      input: { url: 'http://example.com/echo', method: 'POST', json: { hello: 'world' } },
      check: (output) => (output as { status: number }).status < 500,
    },
  ],
  async handler({ url, method, headers, body, encoding, json, redirect, timeout }, { fetch, signal }) {
    if (body !== undefined && json !== undefined) throw wrongInput('json', 'give body or json, not both');
    const content = json === undefined ? body && bytesOf(body, encoding, 'body') : JSON.stringify(json);
    const startedAt = performance.now();
    const deadline = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
    try {
      const response = await fetch(url, {
        method,
        headers: json === undefined ? headers : { 'content-type': 'application/json', ...headers },
        redirect,
        ...(content === undefined ? {} : { body: content }),
        ...(deadline === undefined ? {} : { signal: deadline }),
      });
      return await readAnswer(response, startedAt);
    } catch (error) {
      if (signal.aborted || deadline?.aborted !== true) throw error;
      throw new StintError('TIMEOUT', `${url} did not answer within ${timeout} ms`);
    }
  },
});
