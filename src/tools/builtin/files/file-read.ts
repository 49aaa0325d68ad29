import type { FileAccess } from '../../access/file-access.js';
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
      length: withDefault(1_000_000, integer('Bytes at most.', { min: 4, max: 5_000_000 })),
    },
  ),
  output: object(
    {
      content: text('The content.', { max: 8_000_000 }),
      size: size('Bytes of the whole file.'),
      truncated: boolean('Whether there is more.'),
    },
    { next: integer('If there is more: the offset to go on with.', { min: 0, max: Number.MAX_SAFE_INTEGER }) },
  ),
  examples: [
    { input: { path: 'example.txt' }, output: { content: 'Hello, file\n', size: 12, truncated: false } },
    {
      description: 'A part',
      input: { path: 'example.txt', offset: 7, length: 4 },
      output: { content: 'file', size: 12, truncated: true, next: 11 },
    },
  ],
  async handler({ path, encoding, offset, length }, { files }) {
    const part = await readPart(files, path, offset, length);
    const size = (await files.stat(await files.resolve(path, 'read')))?.size ?? part.length;
    const more = offset + part.length < size;
    const whole = more && encoding === 'utf8' ? withoutCutCharacter(part) : part;
    const content = encoding === 'base64' ? whole.toString('base64') : utf8Of(whole);
    if (content === undefined) throw wrongInput('encoding', `'${path}' is no UTF-8 text at ${offset}; ask for base64`);
    return { content, size, truncated: more, ...(more ? { next: offset + whole.length } : {}) };
  },
});

/** Reads no more of a file than it has to: it may be larger than memory. */
async function readPart(files: FileAccess, path: string, offset: number, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let position = 0;
  for await (const chunk of await files.open(path, 'read')) {
    const bytes = chunk as Buffer;
    chunks.push(bytes.subarray(Math.max(0, offset - position), Math.max(0, offset + length - position)));
    position += bytes.length;
    if (position >= offset + length) break;
  }
  return Buffer.concat(chunks);
}

/** Leaves out the beginning of a character at the end, which goes on in the next part. */
function withoutCutCharacter(part: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, part.length); back += 1) {
    const byte = part[part.length - back] as number;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    // The first byte of a character: is all of it there?
    if ((byte & 0xc0) !== 0x80) return length > back ? part.subarray(0, part.length - back) : part;
  }
  return part;
}
