import { builtin } from '../builtin.js';
import { onThread } from '../on-thread.js';
import { boolean, list, object, oneOf, text } from '../schema.js';

const checks = onThread<typeof import('./validator-work.js')>(new URL('./validator-work.js', import.meta.url));

export const FORMATS = [
  'email',
  'url',
  'domain',
  'ip',
  'ipv4',
  'ipv6',
  'mac',
  'port',
  'uuid',
  'date',
  'datetime',
  'json',
  'jwt',
  'base64',
  'hex',
  'color',
  'integer',
  'number',
  'boolean',
  'ascii',
  'slug',
  'semver',
  'credit-card',
  'iban',
  'bic',
  'isbn',
  'issn',
  'ean',
  'phone',
  'locale',
  'mime-type',
  'latitude-longitude',
] as const;

export const validator = builtin({
  name: 'validator',
  description:
    'Says for each text whether it is a valid e-mail address, URL, IBAN, card number, UUID or another of some thirty formats.',
  category: 'text',
  tags: ['validate', 'format', 'email', 'url', 'iban', 'check'],
  security: 'safe',
  input: object({
    format: oneOf(FORMATS, 'What the values should be. ip and isbn take each kind; phone any country, with +.'),
    values: list(text('A text to check.', { max: 10_000 }), 'The texts.', { min: 1, max: 1000 }),
  }),
  output: object({
    valid: boolean('Whether all are.'),
    results: list(
      object({ value: text('The text.'), valid: boolean('Whether it is one.') }),
      'In the order of values.',
    ),
  }),
  examples: [
    {
      input: { format: 'email', values: ['ada@example.com', 'ada@'] },
      output: {
        valid: false,
        results: [
          { value: 'ada@example.com', valid: true },
          { value: 'ada@', valid: false },
        ],
      },
    },
    {
      description: 'A check digit',
      input: { format: 'iban', values: ['DE89370400440532013000'] },
      output: { valid: true, results: [{ value: 'DE89370400440532013000', valid: true }] },
    },
  ],
  handler: (input, context) => checks(context, 'check', input),
});
