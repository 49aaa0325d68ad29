import { builtin } from '../builtin.js';
import { bytesOf } from '../encoding/bytes.js';
import { failed } from '../refusal.js';
import { object, oneOf, text, withDefault } from '../schema.js';
import { filePath, size } from './file-schema.js';

export const fileWrite = builtin({
  name: 'file.write',
  description:
    'Writes a file: anew, in place of an old one, or at its end. Nobody sees half of it, and a failure leaves the old one.',
  category: 'files',
  tags: ['file', 'save', 'create', 'append'],
  security: 'privileged',
  permissions: ['read', 'write'],
  input: object(
    { path: filePath('The file.'), content: text('The content.', { max: 8_000_000 }) },
    {
      encoding: withDefault('utf8', oneOf(['utf8', 'base64'], 'How content is written.')),
      mode: withDefault(
        'create',
        oneOf(
          ['create', 'replace', 'append'],
          'create: only if there is none. replace: in place of one. append: at its end.',
        ),
      ),
    },
  ),
  output: object({ path: text('The path, as it was given.'), bytes: size('Bytes that were written.') }),
  examples: [
    { input: { path: 'made.txt', content: 'Hello', mode: 'replace' }, output: { path: 'made.txt', bytes: 5 } },
    {
      input: { path: 'made.txt', content: 'IQ==', encoding: 'base64', mode: 'append' },
      output: { path: 'made.txt', bytes: 1 },
    },
  ],
  async handler({ path, content, encoding, mode }, { files }) {
    const bytes = bytesOf(content, encoding, 'content');
    if (mode === 'append') await files.append(path, bytes);
    else {
      if (mode === 'create' && (await files.stat(path, 'write')) !== undefined) {
        throw failed(`there is '${path}' already; set mode to 'replace' or 'append'`);
      }
      await files.write(path, bytes, { replace: mode === 'replace' });
    }
    return { path, bytes: bytes.length };
  },
});
