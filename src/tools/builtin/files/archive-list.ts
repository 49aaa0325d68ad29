import { builtin } from '../builtin.js';
import { integer, list, object, oneOf, text, withDefault } from '../schema.js';
import { ARCHIVE_FORMATS, archiveFormat, readArchive } from './archive.js';
import { filePath, size } from './file-schema.js';

export const archiveList = builtin({
  name: 'archive.list',
  description: 'What is in a ZIP, tar or tar.gz archive.',
  category: 'files',
  tags: ['zip', 'tar', 'tgz', 'contents'],
  security: 'restricted',
  permissions: ['read'],
  input: object(
    { path: filePath('The archive.') },
    {
      format: oneOf(ARCHIVE_FORMATS, 'What it is. Default: as its name says.'),
      maxBytes: withDefault(1_000_000_000, integer('What it may unpack to.', { min: 1, max: 10_000_000_000 })),
    },
  ),
  output: object({
    entries: list(
      object({
        path: text('Its path.'),
        kind: oneOf(['file', 'directory'], 'What it is.'),
        size: size('Bytes, unpacked, as it says.'),
        modified: text('When, ISO 8601.'),
      }),
      'The entries.',
    ),
  }),
  examples: [
    {
      input: { path: 'example.zip' },
      check: (output) => (output as { entries: { path: string }[] }).entries.some(({ path }) => path === 'note.md'),
    },
    {
      description: 'A tar file under another name',
      input: { path: 'example.backup', format: 'tgz' },
      check: (output) => (output as { entries: unknown[] }).entries.length > 0,
    },
  ],
  async handler({ path, format, maxBytes }, { files }) {
    const entries = [];
    const bounds = { entries: 10_000, bytes: maxBytes };
    for await (const entry of readArchive(await files.read(path), archiveFormat(path, format), bounds)) {
      const { path: name, kind, size, modified } = entry;
      entries.push({ path: name, kind, size, modified: modified.toISOString() });
    }
    return { entries };
  },
});
