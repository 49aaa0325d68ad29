import { builtin } from '../builtin.js';
import { onThread } from '../on-thread.js';
import { anything, boolean, list, object, record, text } from '../schema.js';

const schemas = onThread<typeof import('./json-validate-work.js')>(new URL('./json-validate-work.js', import.meta.url));

export const jsonValidate = builtin({
  name: 'json.validate',
  description:
    'Checks a value against a JSON Schema (2020-12, or draft 7 if its $schema says so) and says what is wrong where.',
  category: 'data',
  tags: ['json', 'schema', 'validate', 'check'],
  security: 'safe',
  limits: { timeout: '5s' },
  input: object({ data: anything('The value.'), schema: record(anything('A keyword.'), 'The schema.', 1000) }),
  output: object({
    valid: boolean('Whether it fits.'),
    problems: list(
      object({ path: text('A JSON Pointer to the place.'), problem: text('What is wrong there.') }),
      'At most 100.',
    ),
  }),
  examples: [
    {
      input: { data: { age: -1 }, schema: { type: 'object', properties: { age: { type: 'integer', minimum: 0 } } } },
      output: { valid: false, problems: [{ path: '/age', problem: 'must be >= 0' }] },
    },
    {
      input: { data: ['a'], schema: { type: 'array', items: { type: 'string' } } },
      output: { valid: true, problems: [] },
    },
  ],
  handler: (input, context) => schemas(context, 'validate', input),
});
