import { builtin } from '../builtin.js';
import { number, object, record, text } from '../schema.js';
import { evaluate } from './expression.js';

export const calculator = builtin({
  name: 'calculator',
  description:
    'Evaluates an arithmetic expression: + - * / % ^ ! and parentheses, comparisons excluded; constants pi, tau, e; functions such as sqrt, sin, log, round, min, max. Numbers are 64-bit floating point, angles radians.',
  category: 'math',
  tags: ['arithmetic', 'expression', 'formula', 'evaluate'],
  security: 'safe',
  input: object(
    { expression: text('The expression, such as 2 * (3 + 4) ^ 2.', { min: 1, max: 1000 }) },
    { variables: record(number('Its value.'), 'Values of names in the expression, such as { "x": 2 }.', 100) },
  ),
  output: object({ result: number('The value of the expression; always finite.') }),
  examples: [
    { description: 'Precedence and parentheses', input: { expression: '2 + 3 * (4 - 1)' }, output: { result: 11 } },
    { description: 'A power binds tighter than a sign', input: { expression: '-2 ^ 2 + 5!' }, output: { result: 116 } },
    {
      description: 'Functions and variables',
      input: { expression: 'round(sqrt(a^2 + b^2), 2)', variables: { a: 1, b: 2 } },
      output: { result: 2.24 },
    },
  ],
  handler: ({ expression, variables }) => ({ result: evaluate(expression, variables) }),
});
