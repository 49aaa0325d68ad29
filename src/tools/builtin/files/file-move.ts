import { builtin } from '../builtin.js';
import { failed } from '../refusal.js';
import { boolean, object, text, withDefault } from '../schema.js';
import { filePath } from './file-schema.js';

export const fileMove = builtin({
  name: 'file.move',
  description: 'Gives a file or a directory another name or place.',
  category: 'files',
  tags: ['rename', 'mv'],
  security: 'privileged',
  permissions: ['read', 'write'],
  input: object(
    { from: filePath('What to move.'), to: filePath('Its new name.') },
    { replace: withDefault(false, boolean('Whether a file that has the new name goes.')) },
  ),
  output: object({ from: text('The old name.'), to: text('The new name.') }),
  examples: [
    { input: { from: 'movable.txt', to: 'moved.txt' }, output: { from: 'movable.txt', to: 'moved.txt' } },
    {
      input: { from: 'moved.txt', to: 'movable.txt', replace: true },
      output: { from: 'moved.txt', to: 'movable.txt' },
    },
  ],
  async handler({ from, to, replace }, { files }) {
    if (!replace && (await files.stat(to, 'write')) !== undefined)
      throw failed(`there is '${to}' already; set replace to have it go`);
    await files.move(from, to, { replace });
    return { from, to };
  },
});
