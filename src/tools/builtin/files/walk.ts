import { isStintError } from '../../../errors/stint-error.js';
import type { FileAccess, FileEntry } from '../../access/file-access.js';

/** Something below a directory; its path has `/` on every system. */
export interface WalkedEntry {
  readonly path: string;
  readonly kind: FileEntry['kind'];
}

/** How to go through a directory. */
interface Walk {
  readonly files: FileAccess;
  readonly root: string;
  readonly depth: number;
  readonly signal: AbortSignal;
  /** Told of a directory below the root that cannot be read, or is gone by now. Default: that ends the walk. */
  readonly onUnreadable?: (path: string) => void;
}

/** What is below a directory, by name, each directory before what is in it. Links are not followed. */
export async function* walk(how: Walk, below = '', depth = how.depth): AsyncGenerator<WalkedEntry, void, void> {
  how.signal.throwIfAborted();
  for (const { name, kind } of await entriesOf(how, below)) {
    const path = below === '' ? name : `${below}/${name}`;
    yield { path, kind };
    if (kind === 'directory' && depth > 1) yield* walk(how, path, depth - 1);
  }
}

async function entriesOf({ files, root, onUnreadable }: Walk, below: string): Promise<FileEntry[]> {
  try {
    const entries = await files.list(below === '' ? root : `${root}/${below}`);
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (below === '' || onUnreadable === undefined || !isUnreadable(error)) throw error;
    onUnreadable(below);
    return [];
  }
}

/** Whether the system does not let a file or directory be read: it is somebody else's, too large, gone, or its name is no Unicode. */
export function isUnreadable(error: unknown): boolean {
  return isStintError(error, 'TOOL_FAILED');
}
