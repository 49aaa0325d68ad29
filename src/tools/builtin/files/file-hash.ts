import { createHash } from 'node:crypto';
import { builtin } from '../builtin.js';
import { ALGORITHMS } from '../encoding/hash.js';
import { object, oneOf, text, withDefault } from '../schema.js';
import { filePath, size } from './file-schema.js';

export const fileHash = builtin({
  name: 'file.hash',
  description: 'The digest of a file of any size, in hexadecimal.',
  category: 'files',
  tags: ['checksum', 'sha256', 'md5', 'integrity'],
  security: 'restricted',
  permissions: ['read'],
  input: object(
    { path: filePath('The file.') },
    { algorithm: withDefault('sha256', oneOf(ALGORITHMS, 'The algorithm.')) },
  ),
  output: object({ digest: text('The digest.', { max: 200 }), size: size('Bytes of the file.') }),
  examples: [
    {
      input: { path: 'example.txt', algorithm: 'md5' },
      output: { digest: '4513fbae628506d94d0a26d3f60a4405', size: 12 },
    },
    { input: { path: 'example.txt' }, check: (output) => (output as { digest: string }).digest.length === 64 },
  ],
  async handler({ path, algorithm }, { files }) {
    const hash = createHash(algorithm);
    let size = 0;
    for await (const chunk of await files.open(path, 'read')) {
      hash.update(chunk as Buffer);
      size += (chunk as Buffer).length;
    }
    return { digest: hash.digest('hex'), size };
  },
});
