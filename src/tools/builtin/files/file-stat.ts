import { builtin } from '../builtin.js';
import { boolean, object, text } from '../schema.js';
import { filePath, kind, size } from './file-schema.js';

export const fileStat = builtin({
  name: 'file.stat',
  description:
    'Whether there is something at a path, and what: its kind, size, times and permissions. Of a link, the link itself.',
  category: 'files',
  tags: ['file', 'exists', 'size', 'modified', 'permissions'],
  security: 'restricted',
  permissions: ['read'],
  input: object({ path: filePath('The path.') }),
  output: object(
    { exists: boolean('Whether there is something.') },
    {
      kind,
      size: size('Bytes.'),
      modified: text('When it was changed, ISO 8601.'),
      created: text('When it was made.'),
      mode: text('Permission bits, such as 644.'),
    },
  ),
  examples: [
    { input: { path: 'nothing-here' }, output: { exists: false } },
    { input: { path: 'example.txt' }, check: (output) => (output as { size: number }).size === 12 },
  ],
  async handler({ path }, { files }) {
    const stat = await files.stat(path);
    if (stat === undefined) return { exists: false };
    const { kind, size, modified, created, mode } = stat;
    return {
      exists: true,
      kind,
      size,
      modified: modified.toISOString(),
      created: created.toISOString(),
      mode: mode.toString(8).padStart(3, '0'),
    };
  },
});
