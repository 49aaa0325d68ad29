import { builtin } from '../builtin.js';
import { boolean, integer, list, object, text, withDefault } from '../schema.js';
import { filePath, kind } from './file-schema.js';
import { walk } from './walk.js';

export const fileList = builtin({
  name: 'file.list',
  description: 'The entries of a directory, also of those within it. Links are told, not followed.',
  category: 'files',
  tags: ['directory', 'folder', 'ls', 'tree'],
  security: 'restricted',
  permissions: ['read'],
  input: object(
    { path: filePath('The directory.') },
    {
      depth: withDefault(1, integer('How deep to go; 1 is the directory alone.', { min: 1, max: 32 })),
      limit: withDefault(1000, integer('Entries at most.', { min: 1, max: 10_000 })),
    },
  ),
  output: object(
    {
      entries: list(object({ path: text('Below the directory.'), kind }), 'By path.'),
      truncated: boolean('Whether there are more.'),
    },
    { unreadable: list(text('A path.'), 'Directories that cannot be looked into, if there are any.') },
  ),
  examples: [
    {
      input: { path: 'folder' },
      output: {
        entries: [
          { path: 'inner', kind: 'directory' },
          { path: 'note.md', kind: 'file' },
        ],
        truncated: false,
      },
    },
    {
      description: 'With what is in its directories',
      input: { path: 'folder', depth: 2 },
      check: (output) =>
        (output as { entries: { path: string }[] }).entries.some(({ path }) => path === 'inner/deep.txt'),
    },
  ],
  async handler({ path, depth, limit }, { files, signal }) {
    const entries = [];
    const unreadable: string[] = [];
    let truncated = false;
    const onUnreadable = (below: string) => void unreadable.push(below);
    for await (const entry of walk({ files, root: path, depth, signal, onUnreadable })) {
      truncated = entries.length === limit;
      if (truncated) break;
      entries.push(entry);
    }
    return { entries, truncated, ...(unreadable.length > 0 && { unreadable }) };
  },
});
