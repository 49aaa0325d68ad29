import { createHash, createHmac } from 'node:crypto';
import { builtin } from '../builtin.js';
import { object, oneOf, text, withDefault } from '../schema.js';
import { bytesOf } from './bytes.js';

export const ALGORITHMS = [
  'sha256',
  'sha384',
  'sha512',
  'sha3-256',
  'sha3-512',
  'blake2b512',
  'blake2s256',
  'sha1',
  'md5',
] as const;

export const hash = builtin({
  name: 'hash',
  description:
    'The digest of a text or of bytes, or their HMAC if there is a key. MD5 and SHA-1 are there for old checksums, not for security.',
  category: 'encoding',
  tags: ['digest', 'checksum', 'sha256', 'md5', 'hmac', 'crypto'],
  security: 'safe',
  input: object(
    { data: text('A text, or bytes as encoding says.', { max: 8_000_000 }) },
    {
      algorithm: withDefault('sha256', oneOf(ALGORITHMS, 'The algorithm.')),
      encoding: withDefault('utf8', oneOf(['utf8', 'base64', 'hex'], 'How data is written.')),
      key: text('The key of an HMAC, as UTF-8.', { min: 1, max: 10_000 }),
      output: withDefault('hex', oneOf(['hex', 'base64', 'base64url'], 'How the digest is written.')),
    },
  ),
  output: object({ digest: text('The digest.', { max: 200 }), algorithm: oneOf(ALGORITHMS, 'What made it.') }),
  examples: [
    {
      input: { data: 'abc' },
      output: { digest: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', algorithm: 'sha256' },
    },
    {
      description: 'An HMAC (RFC 4231, case 2)',
      input: { data: 'what do ya want for nothing?', key: 'Jefe' },
      output: { digest: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', algorithm: 'sha256' },
    },
  ],
  handler({ data, algorithm, encoding, key, output }) {
    const hasher = key === undefined ? createHash(algorithm) : createHmac(algorithm, key);
    return { digest: hasher.update(bytesOf(data, encoding, 'data')).digest(output), algorithm };
  },
});
