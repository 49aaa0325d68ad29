import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { ToolContext } from '../../tool-context.js';
import { builtin } from '../builtin.js';
import { library } from '../on-thread.js';
import { failed } from '../refusal.js';
import { boolean, integer, list, object, oneOf, text, withDefault } from '../schema.js';
import { ARCHIVE_FORMATS, type ArchiveFormat, archiveFormat } from './archive.js';
import { filePath, size } from './file-schema.js';
import { globMatcher } from './glob.js';
import { walk } from './walk.js';
import { writeStream } from './write-stream.js';

export const archiveCreate = builtin({
  name: 'archive.create',
  description:
    'Packs the files below a directory into a ZIP, tar or tar.gz archive. Links are left out, and so is an old archive that it replaces.',
  category: 'files',
  tags: ['zip', 'tar', 'tgz', 'pack', 'compress', 'backup'],
  security: 'privileged',
  permissions: ['read', 'write'],
  input: object(
    { directory: filePath('What to pack.'), path: filePath('The archive.') },
    {
      format: oneOf(ARCHIVE_FORMATS, 'What to make. Default: as the name says.'),
      glob: withDefault('**', text('Which files.', { min: 1, max: 500 })),
      replace: withDefault(false, boolean('Whether an archive that is there already goes.')),
      maxEntries: withDefault(10_000, integer('Files at most.', { min: 1, max: 10_000 })),
    },
  ),
  output: object({ files: list(text('A path.'), 'What is in it.'), bytes: size('Bytes of the archive.') }),
  examples: [
    {
      input: { directory: 'folder', path: 'made.zip', replace: true },
      check: (output) => (output as { files: string[] }).files.length === 2,
    },
    {
      description: 'Some of it',
      input: { directory: 'folder', path: 'made.tar.gz', glob: '*.md', replace: true },
      check: (output) => (output as { files: string[] }).files.join() === 'note.md',
    },
  ],
  async handler({ directory, path, format, glob, replace, maxEntries }, context) {
    const { files, signal } = context;
    const kind = archiveFormat(path, format);
    const fits = globMatcher(glob);
    const names: string[] = [];
    const [base, old] = [await files.resolve(directory, 'read'), await files.resolve(path, 'write')];
    for await (const entry of walk({ files, root: directory, depth: 32, signal })) {
      if (entry.kind !== 'file' || !fits(entry.path) || join(base, entry.path) === old) continue;
      if (names.length === maxEntries) throw failed(`there are more than ${maxEntries} files; give a narrower glob`);
      names.push(entry.path);
    }
    await writeStream(files, path, replace, async (output) => {
      const packed = Readable.from(await pack(context, kind, directory, names));
      await (kind === 'tgz'
        ? pipeline(packed, createGzip(), output, { signal })
        : pipeline(packed, output, { signal }));
    });
    return { files: names, bytes: (await files.stat(path))?.size ?? 0 };
  },
});

/** The bytes of an archive. Files are read one after the other, as it is written. */
function pack(
  context: ToolContext,
  kind: ArchiveFormat,
  directory: string,
  names: readonly string[],
): Promise<AsyncIterable<Buffer>> {
  return kind === 'zip' ? packZip(context, directory, names) : packTar(context, directory, names);
}

async function packZip(
  { files }: ToolContext,
  directory: string,
  names: readonly string[],
): Promise<AsyncIterable<Buffer>> {
  const { ZipFile } = await library(() => import('yazl').then((module) => module.default));
  const zip = new ZipFile();
  for (const name of names) {
    zip.addReadStreamLazy(
      name,
      { mtime: (await files.stat(`${directory}/${name}`))?.modified ?? new Date() },
      (take) => {
        files.open(`${directory}/${name}`, 'read').then(
          (stream) => take(null, stream),
          (error: unknown) => take(error, Readable.from([])),
        );
      },
    );
  }
  zip.end();
  const output = zip.outputStream as Readable;
  zip.on('error', (error) => output.destroy(error as unknown as Error));
  return output;
}

async function packTar(
  { files, progress }: ToolContext,
  directory: string,
  names: readonly string[],
): Promise<AsyncIterable<Buffer>> {
  const tar = (await library(() => import('tar-stream'))).pack();
  const fill = async () => {
    for (const [index, name] of names.entries()) {
      const path = `${directory}/${name}`;
      const mtime = (await files.stat(path))?.modified ?? new Date();
      const content = await files.read(path);
      await new Promise<void>((resolve, reject) => {
        tar.entry({ name, mtime }, content, (error) => (error ? reject(error) : resolve()));
      });
      progress(index + 1, names.length, name);
    }
    tar.finalize();
  };
  fill().catch((error: unknown) => tar.destroy(error as Error));
  return tar;
}
