import { builtin } from '../builtin.js';
import { utf8Of } from '../encoding/bytes.js';
import { wrongInput } from '../refusal.js';
import { boolean, integer, object, oneOf, text, withDefault } from '../schema.js';
import { filePath, size } from './file-schema.js';

export const fileRead = builtin({
  name: 'file.read',
  description: 'Reads a file, or a part of it, as text or as Base64.',
  category: 'files',
  tags: ['file', 'open', 'content', 'cat'],
  security: 'restricted',
  permissions: ['read'],
  input: object(
    { path: filePath('The file.') },
    {
      encoding: withDefault('utf8', oneOf(['utf8', 'base64'], 'How to give the content.')),
      offset: withDefault(0, integer('The first byte.', { min: 0, max: Number.MAX_SAFE_INTEGER })),
      length: withDefault(1_000_000, integer('Bytes at most.', { min: 1, max: 5_000_000 })),
    },
  ),
  output: object({
    content: text('The content.', { max: 8_000_000 }),
    size: size('Bytes of the whole file.'),
    truncated: boolean('Whether there is more.'),
  }),
  examples: [
    { input: { path: 'example.txt' }, output: { content: 'Hello, file\n', size: 12, truncated: false } },
    {
      description: 'A part',
      input: { path: 'example.txt', offset: 7, length: 4 },
      output: { content: 'file', size: 12, truncated: true },
    },
  ],
  async handler({ path, encoding, offset, length }, { files }) {
    const bytes = await files.read(path);
    const part = bytes.subarray(offset, offset + length);
    // A part may begin or end within a character; a whole file that is no UTF-8 is another matter.
    const content =
      encoding === 'base64' ? part.toString('base64') : (utf8Of(part) ?? (utf8Of(bytes) && part.toString()));
    if (content === undefined) throw wrongInput('encoding', `'${path}' is no UTF-8 text; ask for base64`);
    return { content, size: bytes.length, truncated: offset + length < bytes.length };
  },
});
