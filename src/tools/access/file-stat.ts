import type { Dirent, Stats } from 'node:fs';
import type { FileStat } from './file-access.js';

export function kindOf(entry: Dirent | Stats): FileStat['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

export function statOf(stats: Stats): FileStat {
  const { size, mtime, birthtime, mode } = stats;
  return { kind: kindOf(stats), size, modified: mtime, created: birthtime, mode: mode & 0o7777 };
}
