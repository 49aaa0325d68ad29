import { messageOf } from '../../../errors/describe.js';
import type { ToolContext } from '../../tool-context.js';
import { builtin } from '../builtin.js';
import { headersInput, httpUrl, readAnswer } from '../network/http-body.js';
import { anything, boolean, integer, list, object, oneOf, record, text, withDefault } from '../schema.js';
import { type Answer, type Expectation, problemsOf } from './expectations.js';
import { isFatal } from './page.js';

const expectation = object(
  {},
  {
    status: integer('The status.', { min: 100, max: 599 }),
    headers: record(text('A part of its value.', { max: 1000 }), 'Headers, whatever their case.', 50),
    contains: text('A text that the body has.', { min: 1, max: 10_000 }),
    json: record(anything('The value.'), 'Values in the body by JSON Pointer, such as { "/items/0/id": 7 }.', 100),
    within: integer('Milliseconds.', { min: 1, max: 600_000 }),
  },
);

export const apiTest = builtin({
  name: 'api.test',
  description:
    'Makes HTTP requests one after the other and compares the answers with what is expected: status, headers, text, JSON values, time.',
  category: 'web',
  tags: ['api', 'test', 'http', 'rest', 'assert'],
  security: 'restricted',
  permissions: ['net'],
  limits: { timeout: '2m' },
  input: object(
    {
      tests: list(
        object(
          { url: httpUrl('Where to.') },
          {
            name: text('What it is about.', { max: 200 }),
            method: withDefault('GET', oneOf(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'], 'The method.')),
            headers: withDefault({}, headersInput),
            json: anything('What to send.'),
            expect: withDefault({}, expectation),
          },
        ),
        'The requests.',
        { min: 1, max: 50 },
      ),
    },
    { stop: withDefault(false, boolean('Whether to stop at the first that fails.')) },
  ),
  output: object({
    passed: boolean('Whether all passed.'),
    results: list(
      object({
        name: text('Its name, or method and URL.'),
        passed: boolean('Whether the answer is as expected.'),
        status: integer('0 if there was no answer.', { min: 0, max: 599 }),
        ms: integer('How long it took.', { min: 0, max: 1e9 }),
        problems: list(text('What is not as expected.'), 'What is wrong.'),
      }),
      'In their order.',
    ),
  }),
  examples: [
    {
      input: { tests: [{ url: 'http://example.com/', expect: { status: 200, contains: 'Example' } }] },
      check: (output) => (output as { passed: boolean }).passed,
    },
    {
      description: 'One that fails',
      input: { tests: [{ name: 'teapot', url: 'http://example.com/', expect: { status: 418 } }] },
      check: (output) => !(output as { passed: boolean }).passed,
    },
  ],
  async handler({ tests, stop }, context) {
    const results = [];
    for (const test of tests) {
      const result = await run(context, test);
      results.push(result);
      context.progress(results.length, tests.length, result.name);
      if (stop && !result.passed) break;
    }
    return { passed: results.every(({ passed }) => passed), results };
  },
});

interface ApiTest {
  readonly url: string;
  readonly name?: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly expect: Expectation;
}

async function run(
  { fetch, signal }: ToolContext,
  { url, method, name = `${method} ${url}`, headers, json, expect }: ApiTest,
) {
  const startedAt = performance.now();
  try {
    const sent =
      json === undefined
        ? { headers }
        : { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(json) };
    const answer: Answer = await readAnswer(await fetch(url, { method, ...sent }), startedAt);
    const problems = problemsOf(answer, expect);
    return { name, passed: problems.length === 0, status: answer.status, ms: answer.ms, problems };
  } catch (error) {
    if (signal.aborted) throw error;
    return {
      name,
      passed: false,
      status: 0,
      ms: Math.round(performance.now() - startedAt),
      problems: [isFatal(error, signal) ? 'the policy does not permit its host' : messageOf(error)],
    };
  }
}
