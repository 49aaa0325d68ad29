import { builtin } from '../builtin.js';
import { onThread } from '../on-thread.js';
import { anything, boolean, object, record, text as textOf, withDefault } from '../schema.js';

const templates = onThread<typeof import('./template-work.js')>(new URL('./template-work.js', import.meta.url));

export const template = builtin({
  name: 'template',
  description:
    'Fills in a Liquid template: {{ name | filter }}, {% if %}, {% for %}. It sees the data that it is given and nothing else, and cannot include files.',
  category: 'text',
  tags: ['liquid', 'render', 'placeholder', 'mail merge'],
  security: 'safe',
  limits: { timeout: '5s' },
  input: object(
    {
      template: textOf('The template.', { max: 100_000 }),
      data: record(anything('A value.'), 'The values by their names.'),
    },
    {
      escape: withDefault(false, boolean('Whether values are escaped for HTML.')),
      strict: withDefault(true, boolean('Whether a name or filter that is not there is an error.')),
    },
  ),
  output: object({ text: textOf('The text.', { max: 16_000_000 }) }),
  examples: [
    {
      input: {
        template: '{% for item in items %}{{ forloop.index }}. {{ item.name | capitalize }}\n{% endfor %}',
        data: { items: [{ name: 'ada' }, { name: 'grace' }] },
      },
      output: { text: '1. Ada\n2. Grace\n' },
    },
    {
      description: 'Escaped for HTML',
      input: { template: '<b>{{ name }}</b>', data: { name: '<script>' }, escape: true },
      output: { text: '<b>&lt;script&gt;</b>' },
    },
  ],
  handler: (input, context) => templates(context, 'render', input),
});
