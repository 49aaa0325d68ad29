import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import tar from 'tar-stream';
import yazl from 'yazl';
import { SHORT_AVI, SHORT_WAV, SMALL_PNG } from '#stint/tools/builtin/media/example-media';

const FILES: Readonly<Record<string, string>> = { 'note.md': '# Note\ntodo: write\n', 'inner/deep.txt': 'deep\n' };

/** Makes the files that the examples of the tools for files are about. */
export async function makeExampleFiles(directory: string): Promise<void> {
  await mkdir(join(directory, 'folder/inner'), { recursive: true });
  await mkdir(join(directory, 'removable/inner'), { recursive: true });
  for (const [name, content] of Object.entries(FILES)) await writeFile(join(directory, 'folder', name), content);
  await writeFile(join(directory, 'example.txt'), 'Hello, file\n');
  await writeFile(join(directory, 'removable.txt'), '');
  await writeFile(join(directory, 'movable.txt'), 'movable');
  await writeFile(join(directory, 'example.json'), '{"name": "stint"}');
  await writeFile(join(directory, 'example.png'), SMALL_PNG, 'base64');
  await writeFile(join(directory, 'example.wav'), SHORT_WAV, 'base64');
  await writeFile(join(directory, 'example.avi'), SHORT_AVI, 'base64');
  await writeZip(join(directory, 'example.zip'), FILES);
  await writeTar(join(directory, 'example.backup'), FILES);
}

export async function writeZip(path: string, files: Readonly<Record<string, string>>): Promise<void> {
  const zip = new yazl.ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}

export async function writeTar(path: string, files: Readonly<Record<string, string>>): Promise<void> {
  const pack = tar.pack();
  for (const [name, content] of Object.entries(files)) pack.entry({ name }, content);
  pack.finalize();
  await pipeline(pack, createGzip(), createWriteStream(path));
}
