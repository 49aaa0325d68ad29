import type { Stats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, normalize } from 'node:path';
import { unless } from '../ledger-error.js';

/** The longest path that a system takes. */
const MOST_BYTES = 4096;

/** Why a recorded path cannot be one. */
export function pathFault(path: unknown): string | undefined {
  if (typeof path !== 'string' || Buffer.byteLength(path) > MOST_BYTES) return 'its path is no path';
  if (!isAbsolute(path) || normalize(path) !== path || path.includes('\0') || basename(path) === '') {
    return `its path is not absolute and plain: ${path.slice(0, 100)}`;
  }
  return undefined;
}

/** What there is at a recorded path, or why it is not touched. */
export type Found = 'gone' | { readonly about: Stats } | { readonly kept: string };

/** Looks at a path without following a symbolic link, in the path or at its end. */
export async function find(path: string): Promise<Found> {
  const directory = dirname(path);
  const real = await unless(['ENOENT', 'ENOTDIR'], realpath(directory), undefined);
  if (real === undefined) return 'gone';
  if (real !== directory) return { kept: `a directory on the way to ${path} is a symbolic link now` };
  const about = await unless(['ENOENT', 'ENOTDIR'], lstat(path), undefined);
  if (about === undefined) return 'gone';
  if (about.uid !== process.geteuid?.()) return { kept: `${path} belongs to another user` };
  return { about };
}
