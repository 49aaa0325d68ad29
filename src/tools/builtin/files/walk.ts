import type { FileAccess, FileEntry } from '../../access/file-access.js';

/** Something below a directory; its path has `/` on every system. */
export interface WalkedEntry {
  readonly path: string;
  readonly kind: FileEntry['kind'];
}

/** What is below a directory, by name, each directory before what is in it. Links are not followed. */
export async function* walk(
  files: FileAccess,
  root: string,
  depth: number,
  signal: AbortSignal,
  below = '',
): AsyncGenerator<WalkedEntry, void, void> {
  signal.throwIfAborted();
  const entries = await files.list(below === '' ? root : `${root}/${below}`);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, kind } of entries) {
    const path = below === '' ? name : `${below}/${name}`;
    yield { path, kind };
    if (kind === 'directory' && depth > 1) yield* walk(files, root, depth - 1, signal, path);
  }
}
