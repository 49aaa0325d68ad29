import { builtin } from '../builtin.js';
import { boolean, object, withDefault } from '../schema.js';
import { doneOutput, filePath } from './file-schema.js';

export const fileRemove = builtin({
  name: 'file.remove',
  description: 'Removes a file, a link, or a directory, with all that is in it if recursive is true.',
  category: 'files',
  tags: ['delete', 'rm', 'directory'],
  security: 'privileged',
  permissions: ['write'],
  input: object(
    { path: filePath('What to remove.') },
    { recursive: withDefault(false, boolean('Whether a directory may have something in it.')) },
  ),
  output: doneOutput,
  examples: [
    { input: { path: 'removable.txt' }, output: { path: 'removable.txt' } },
    { input: { path: 'removable', recursive: true }, output: { path: 'removable' } },
  ],
  async handler({ path, recursive }, { files }) {
    await files.remove(path, { recursive });
    return { path };
  },
});
