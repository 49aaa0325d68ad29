import { pipeline } from 'node:stream/promises';
import { builtin } from '../builtin.js';
import { failed } from '../refusal.js';
import { boolean, integer, list, object, oneOf, text, withDefault } from '../schema.js';
import { ARCHIVE_FORMATS, archiveFormat, readArchive } from './archive.js';
import { filePath, size } from './file-schema.js';
import { globMatcher } from './glob.js';
import { writeStream } from './write-stream.js';

export const archiveExtract = builtin({
  name: 'archive.extract',
  description:
    'Unpacks a ZIP, tar or tar.gz archive into a directory. An archive with paths that lead out of it, links or devices is refused as a whole, before anything is written.',
  category: 'files',
  tags: ['unzip', 'untar', 'unpack', 'zip', 'tar'],
  security: 'privileged',
  permissions: ['read', 'write'],
  input: object(
    { path: filePath('The archive.'), destination: filePath('The directory; it is made if it is not there.') },
    {
      format: oneOf(ARCHIVE_FORMATS, 'What it is. Default: as its name says.'),
      glob: withDefault('**', text('Which entries.', { min: 1, max: 500 })),
      replace: withDefault(false, boolean('Whether files that are there already go.')),
      maxBytes: withDefault(100_000_000, integer('What it may unpack to.', { min: 1, max: 2_000_000_000 })),
      maxEntries: withDefault(10_000, integer('How many entries it may have.', { min: 1, max: 10_000 })),
    },
  ),
  output: object({
    files: list(text('A path below the directory.'), 'What was written.'),
    bytes: size('All together.'),
  }),
  examples: [
    {
      input: { path: 'example.zip', destination: 'unpacked', replace: true },
      check: (output) => (output as { files: string[] }).files.includes('note.md'),
    },
    {
      description: 'Some of it',
      input: { path: 'example.backup', format: 'tgz', destination: 'unpacked', glob: '*.txt', replace: true },
      output: { files: ['inner/deep.txt'], bytes: 5 },
    },
  ],
  async handler({ path, destination, format, glob, replace, maxBytes, maxEntries }, { files, progress, signal }) {
    const archive = await files.read(path);
    const kind = archiveFormat(path, format);
    const bounds = { entries: maxEntries, bytes: maxBytes };
    const fits = globMatcher(glob);
    let declared = 0;
    for await (const entry of readArchive(archive, kind, bounds)) {
      if (entry.kind === 'directory' || !fits(entry.path)) continue;
      declared += entry.size;
      if (declared > maxBytes)
        throw failed(`the archive unpacks to more than ${maxBytes} bytes; raise maxBytes if that is right`);
      if (!replace && (await files.stat(`${destination}/${entry.path}`, 'write')) !== undefined) {
        throw failed(`there is '${destination}/${entry.path}' already; set replace to have it go`);
      }
    }
    const written: string[] = [];
    let bytes = 0;
    await files.makeDirectory(destination);
    for await (const entry of readArchive(archive, kind, bounds)) {
      if (!fits(entry.path)) continue;
      const target = `${destination}/${entry.path}`;
      if (entry.kind === 'directory') await files.makeDirectory(target);
      else {
        const above = target.slice(0, target.lastIndexOf('/'));
        await files.makeDirectory(above);
        await writeStream(files, target, replace, (output) => pipeline(entry.content(), output, { signal }));
        written.push(entry.path);
        bytes += (await files.stat(target))?.size ?? 0;
        progress(bytes, declared);
      }
    }
    return { files: written, bytes };
  },
});
