import { builtin } from '../builtin.js';
import { object } from '../schema.js';
import { doneOutput, filePath } from './file-schema.js';

export const directoryCreate = builtin({
  name: 'directory.create',
  description: 'Makes a directory, and those above it, if they are not there.',
  category: 'files',
  tags: ['folder', 'mkdir'],
  security: 'privileged',
  permissions: ['write'],
  input: object({ path: filePath('The directory.') }),
  output: doneOutput,
  examples: [
    { input: { path: 'new/folder' }, output: { path: 'new/folder' } },
    { description: 'That is there already', input: { path: 'new' }, output: { path: 'new' } },
  ],
  async handler({ path }, { files }) {
    await files.makeDirectory(path);
    return { path };
  },
});
