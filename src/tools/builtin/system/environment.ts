import { builtin } from '../builtin.js';
import { list, nullable, object, record, text } from '../schema.js';

export const environment = builtin({
  name: 'environment',
  description: 'Reads environment variables that the policy names.',
  category: 'system',
  tags: ['env', 'variable', 'configuration'],
  security: 'restricted',
  permissions: ['environment'],
  input: object({
    names: list(text('A name.', { min: 1, max: 200, pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), 'Which.', {
      min: 1,
      max: 100,
    }),
  }),
  output: object({ variables: record(nullable(text('Its value.')), 'By name; null for one that is not set.') }),
  examples: [
    {
      input: { names: ['PATH'] },
      check: (output) => typeof (output as { variables: { PATH: string } }).variables.PATH === 'string',
    },
    {
      description: 'One that is not set',
      input: { names: ['STINT_EXAMPLE_UNSET'] },
      output: { variables: { STINT_EXAMPLE_UNSET: null } },
    },
  ],
  handler: ({ names }, context) => ({
    variables: Object.fromEntries(names.map((name) => [name, context.environment(name) ?? null])),
  }),
});
