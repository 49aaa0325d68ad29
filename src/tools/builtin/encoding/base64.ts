import { builtin } from '../builtin.js';
import { wrongInput } from '../refusal.js';
import { integer, object, oneOf, text, withDefault } from '../schema.js';
import { bytesOf, utf8Of } from './bytes.js';

export const base64 = builtin({
  name: 'base64',
  description:
    'Encodes to Base64 or decodes from it, in the ordinary alphabet or in that for URLs. What is no Base64 is an error.',
  category: 'encoding',
  tags: ['encode', 'decode', 'base64url', 'binary'],
  security: 'safe',
  input: object(
    {
      operation: oneOf(['encode', 'decode'], 'What to do.'),
      data: text('What to encode or decode.', { max: 8_000_000 }),
    },
    {
      alphabet: withDefault('standard', oneOf(['standard', 'url'], 'url has - and _ and no padding.')),
      plain: withDefault('utf8', oneOf(['utf8', 'hex'], 'How what is not Base64 is written.')),
    },
  ),
  output: object({
    data: text('The result.', { max: 16_000_000 }),
    bytes: integer('How many bytes it stands for.', { min: 0, max: 16e6 }),
  }),
  examples: [
    { input: { operation: 'encode', data: 'Hello, Wörld' }, output: { data: 'SGVsbG8sIFfDtnJsZA==', bytes: 13 } },
    { input: { operation: 'decode', data: '_-8', alphabet: 'url', plain: 'hex' }, output: { data: 'ffef', bytes: 2 } },
  ],
  handler({ operation, data, alphabet, plain }) {
    const encoding = alphabet === 'url' ? 'base64url' : 'base64';
    if (operation === 'encode') {
      const bytes = bytesOf(data, plain, 'data');
      return { data: bytes.toString(encoding), bytes: bytes.length };
    }
    const bytes = bytesOf(data, encoding, 'data');
    const decoded = plain === 'hex' ? bytes.toString('hex') : utf8Of(bytes);
    if (decoded === undefined) throw wrongInput('data', "it stands for bytes that are no UTF-8; set plain to 'hex'");
    return { data: decoded, bytes: bytes.length };
  },
});
