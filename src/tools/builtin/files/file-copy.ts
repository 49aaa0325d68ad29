import { pipeline } from 'node:stream/promises';
import { builtin } from '../builtin.js';
import { failed } from '../refusal.js';
import { boolean, object, withDefault } from '../schema.js';
import { filePath, size } from './file-schema.js';
import { writeStream } from './write-stream.js';

export const fileCopy = builtin({
  name: 'file.copy',
  description: 'Copies a file of any size.',
  category: 'files',
  tags: ['duplicate', 'cp'],
  security: 'privileged',
  permissions: ['read', 'write'],
  input: object(
    { from: filePath('The file.'), to: filePath('The copy.') },
    { replace: withDefault(false, boolean('Whether a file that is there already goes.')) },
  ),
  output: object({ bytes: size('Bytes that were copied.') }),
  examples: [
    { input: { from: 'example.txt', to: 'copy.txt' }, output: { bytes: 12 } },
    { input: { from: 'example.txt', to: 'copy.txt', replace: true }, output: { bytes: 12 } },
  ],
  async handler({ from, to, replace }, { files, signal }) {
    const source = await files.stat(from);
    if (source?.kind === 'directory')
      throw failed(`'${from}' is a directory; copy its files one by one, or make an archive of it`);
    await writeStream(files, to, replace, async (output) =>
      pipeline(await files.open(from, 'read'), output, { signal }),
    );
    return { bytes: (await files.stat(to))?.size ?? 0 };
  },
});
