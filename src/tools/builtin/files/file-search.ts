import type { FileAccess } from '../../access/file-access.js';
import { builtin } from '../builtin.js';
import { onThread } from '../on-thread.js';
import { boolean, integer, list, object, text, withDefault } from '../schema.js';
import { filePath } from './file-schema.js';
import { globMatcher } from './glob.js';
import { isUnreadable, walk } from './walk.js';

const searcher = onThread<typeof import('./file-search-work.js')>('files/file-search-work.js');

/** A longer file is named in `skipped`: nobody looks for a line in it. */
const LONGEST_FILE = 10_000_000;

export const fileSearch = builtin({
  name: 'file.search',
  description:
    'Finds files below a directory by a pattern of their paths and, if asked, lines in them by a text or a regular expression.',
  category: 'files',
  tags: ['find', 'grep', 'glob', 'content'],
  security: 'restricted',
  permissions: ['read'],
  input: object(
    { path: filePath('The directory.') },
    {
      glob: withDefault('**', text('Which files: * ? ** {a,b}, such as **/*.{ts,js}.', { min: 1, max: 500 })),
      contains: text('A text that a line has.', { min: 1, max: 1000 }),
      pattern: text('In place of contains: a regular expression of JavaScript.', { min: 1, max: 1000 }),
      ignoreCase: withDefault(false, boolean('Whether case does not count in lines.')),
      depth: withDefault(16, integer('How deep to go.', { min: 1, max: 32 })),
      limit: withDefault(500, integer('Files, or lines, at most.', { min: 1, max: 10_000 })),
    },
  ),
  output: object({
    files: list(text('A path below the directory.'), 'Those that fit.'),
    lines: list(
      object({
        path: text('The file.'),
        line: integer('Its number, from 1.', { min: 1, max: 1e9 }),
        text: text('The beginning of it.', { max: 500 }),
      }),
      'Lines that fit.',
    ),
    skipped: list(
      text('A path.'),
      'What was not looked into: files that are no text, too long, or cannot be read, and directories.',
    ),
    truncated: boolean('Whether there are more.'),
  }),
  examples: [
    {
      input: { path: 'folder', glob: '*.txt' },
      output: { files: ['inner/deep.txt'], lines: [], skipped: [], truncated: false },
    },
    {
      description: 'Lines',
      input: { path: 'folder', contains: 'TODO', ignoreCase: true },
      output: {
        files: ['note.md'],
        lines: [{ path: 'note.md', line: 2, text: 'todo: write' }],
        skipped: [],
        truncated: false,
      },
    },
  ],
  async handler({ path, glob, depth, limit, contains, pattern, ignoreCase }, context) {
    const { files, signal } = context;
    const fits = globMatcher(glob);
    const found = {
      files: [] as string[],
      lines: [] as { path: string; line: number; text: string }[],
      skipped: [] as string[],
    };
    const looksInside = contains !== undefined || pattern !== undefined;
    const onUnreadable = (below: string) => void found.skipped.push(below);
    for await (const entry of walk({ files, root: path, depth, signal, onUnreadable })) {
      if (entry.kind !== 'file' || !fits(entry.path)) continue;
      if (found.files.length === limit || found.lines.length >= limit) return { ...found, truncated: true };
      if (!looksInside) {
        found.files.push(entry.path);
        continue;
      }
      const question = {
        ...(contains && { contains }),
        ...(pattern && { pattern }),
        ignoreCase,
        limit: limit - found.lines.length,
      };
      const bytes = await readIfPossible(files, `${path}/${entry.path}`);
      const lines = bytes && (await searcher(context, 'linesOf', { bytes, ...question }));
      if (lines === undefined) found.skipped.push(entry.path);
      else if (lines.length > 0) {
        found.files.push(entry.path);
        found.lines.push(...lines.map((line) => ({ path: entry.path, ...line })));
      }
    }
    return { ...found, truncated: false };
  },
});

async function readIfPossible(files: FileAccess, path: string): Promise<Buffer | undefined> {
  try {
    const size = (await files.stat(path))?.size ?? 0;
    return size > LONGEST_FILE ? undefined : await files.read(path);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}
