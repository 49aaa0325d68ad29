import { builtin } from '../builtin.js';
import { integer, list, object, oneOf, text, withDefault } from '../schema.js';
import { filePath } from './file-schema.js';

const change = object({
  kind: oneOf(['change', 'rename'], 'rename: an entry came or went.'),
  name: text('The entry of a directory; empty for a file.'),
});

export const fileWatch = builtin({
  name: 'file.watch',
  description:
    'Tells what happens to a file or in a directory (not in those below it), as it happens, until there is enough or the time is up.',
  category: 'files',
  tags: ['watch', 'changes', 'monitor', 'notify'],
  security: 'restricted',
  permissions: ['read'],
  limits: { timeout: '10m' },
  input: object(
    { path: filePath('The file or directory.') },
    {
      seconds: withDefault(30, integer('How long.', { min: 1, max: 590 })),
      changes: withDefault(100, integer('How many changes are enough.', { min: 1, max: 1000 })),
    },
  ),
  output: object({ changes: list(change, 'What happened; each is streamed as it comes, too.', { max: 1000 }) }),
  examples: [
    { description: 'Nothing happens', input: { path: 'folder', seconds: 1 }, output: { changes: [] } },
    { input: { path: 'example.txt', seconds: 1, changes: 1 }, output: { changes: [] } },
  ],
  async *handler({ path, seconds, changes: enough }, { files, progress }) {
    const changes: { kind: 'change' | 'rename'; name: string }[] = [];
    for await (const { kind, name = '' } of files.watch(path, AbortSignal.timeout(seconds * 1000))) {
      changes.push({ kind, name });
      yield { kind, name };
      progress(changes.length, enough);
      if (changes.length >= enough) break;
    }
    return { changes };
  },
});
