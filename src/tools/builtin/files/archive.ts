/**
 * Reading archives that nobody vouches for.
 *
 * 1. No entry's path leads out of the place that it is unpacked to: such an archive is refused.
 * 2. Links and devices in an archive are refused.
 * 3. What comes out of it is bounded, whatever it says of itself.
 */
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../../../errors/describe.js';
import { isStintError } from '../../../errors/stint-error.js';
import { library } from '../on-thread.js';
import { failed, wrongInput } from '../refusal.js';

export const ARCHIVE_FORMATS = ['zip', 'tar', 'tgz'] as const;
export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];

/** What an archive may give. */
export interface ArchiveBounds {
  readonly entries: number;
  /** Of all entries together, unpacked. */
  readonly bytes: number;
}

export interface ArchiveEntry {
  /** Without `.` and `..`, with `/` between names. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
  /** What the archive says. */
  readonly size: number;
  readonly modified: Date;
  /** Its content, which nobody holds as a whole. To be taken before the next entry is, if at all. */
  content(): AsyncIterable<Buffer>;
}

export function archiveFormat(path: string, format: ArchiveFormat | undefined): ArchiveFormat {
  if (format !== undefined) return format;
  const name = path.toLowerCase();
  if (name.endsWith('.zip')) return 'zip';
  if (name.endsWith('.tar')) return 'tar';
  if (name.endsWith('.tgz') || name.endsWith('.tar.gz')) return 'tgz';
  throw wrongInput('format', `the name '${path}' does not say it; give zip, tar or tgz`);
}

/** The entries of an archive, in its order. @throws StintError `TOOL_FAILED` for a broken or a hostile one */
export async function* readArchive(
  bytes: Buffer,
  format: ArchiveFormat,
  bounds: ArchiveBounds,
): AsyncGenerator<ArchiveEntry, void, void> {
  const seen = new Set<string>();
  let total = 0;
  const spend = (amount: number): void => {
    total += amount;
    if (total > bounds.bytes)
      throw failed(`the archive unpacks to more than ${bounds.bytes} bytes; raise maxBytes if that is right`);
  };
  try {
    for await (const entry of format === 'zip'
      ? zipEntries(bytes, spend)
      : tarEntries(bytes, format, bounds.bytes, spend)) {
      if (entry.path === '') continue;
      if (seen.has(entry.path)) throw failed(`the archive has '${entry.path}' twice`);
      if (seen.size >= bounds.entries) throw failed(`the archive has more than ${bounds.entries} entries`);
      seen.add(entry.path);
      yield entry;
    }
  } catch (error) {
    throw isStintError(error) ? error : failed(`the archive cannot be read: ${messageOf(error)}`, error);
  }
}

type Spend = (bytes: number) => void;

async function* zipEntries(bytes: Buffer, spend: Spend): AsyncGenerator<ArchiveEntry, void, void> {
  const { fromBufferPromise } = await library(() => import('yauzl').then((module) => module.default));
  const zip = await fromBufferPromise(bytes, { lazyEntries: true, strictFileNames: true, validateEntrySizes: true });
  for await (const entry of zip.eachEntry()) {
    const type = (entry.externalFileAttributes >>> 16) & 0o170000;
    const directory = entry.fileName.endsWith('/');
    if (type !== 0 && type !== 0o100000 && type !== 0o040000)
      throw failed(`the archive's '${entry.fileName}' is a link or a device`);
    yield {
      path: safePath(entry.fileName),
      kind: directory ? 'directory' : 'file',
      size: entry.uncompressedSize,
      modified: entry.getLastModDate({ timezone: 'UTC' }),
      content: () => counted(() => zip.openReadStreamPromise(entry), spend),
    };
  }
}

async function* tarEntries(
  bytes: Buffer,
  format: 'tar' | 'tgz',
  most: number,
  spend: Spend,
): AsyncGenerator<ArchiveEntry, void, void> {
  const { extract } = await library(() => import('tar-stream'));
  const entries = extract();
  const source = Readable.from([bytes]);
  // Headers and padding: 1 KiB an entry is plenty.
  const unpacked =
    format === 'tar' ? source : source.pipe(createGunzip()).on('error', (error) => entries.destroy(error));
  let passed = 0;
  unpacked.on('data', (chunk: Buffer) => {
    passed += chunk.length;
    if (passed > 2 * most + 1_000_000)
      entries.destroy(failed(`the archive unpacks to more than ${most} bytes; raise maxBytes if that is right`));
  });
  unpacked.pipe(entries);
  for await (const entry of entries) {
    const { name, type = 'file', size = 0, mtime = new Date(0) } = entry.header;
    if (type !== 'file' && type !== 'directory' && type !== 'contiguous-file')
      throw failed(`the archive's '${name}' is a ${type}`);
    let taken = false;
    yield {
      path: safePath(name),
      kind: type === 'directory' ? 'directory' : 'file',
      size,
      modified: mtime,
      content: () => {
        taken = true;
        return counted(() => entry, spend);
      },
    };
    if (!taken) entry.resume();
  }
}

async function* counted(
  open: () => AsyncIterable<Buffer> | Promise<AsyncIterable<Buffer>>,
  spend: Spend,
): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of await open()) {
    spend(chunk.length);
    yield chunk;
  }
}

/** The path of an entry below where it goes. @throws StintError `TOOL_FAILED` if it would lead elsewhere */
function safePath(name: string): string {
  const names = name.split('/').filter((part) => part !== '' && part !== '.');
  const escapes = name.startsWith('/') || /^[a-zA-Z]:/.test(name) || /[\\\0]/.test(name) || names.includes('..');
  if (escapes || name.length > 1024)
    throw failed(`the archive has an entry that leads out of it: ${JSON.stringify(name.slice(0, 100))}`);
  return names.join('/');
}
