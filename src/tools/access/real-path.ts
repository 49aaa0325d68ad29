import type { Stats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { systemCode } from '../../errors/system-code.js';

/**
 * Where a path leads, every link followed. What is not there yet is taken to come where its nearest existing directory is.
 *
 * @param path absolute and normalized
 */
export async function realTarget(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if (systemCode(error) !== 'ENOENT' || parent === path) throw error;
    const there = await statusOf(path);
    // A link that leads nowhere: whatever is made through it would be made there.
    if (there?.isSymbolicLink()) throw Object.assign(new Error('a dangling link'), { code: 'ELOOP' });
    // It has come meanwhile.
    if (there !== undefined) return realTarget(path);
    return join(await realTarget(parent), basename(path));
  }
}

/** Where a path is, itself not followed if it is a link. */
export async function realPlace(path: string): Promise<string> {
  const parent = dirname(path);
  return parent === path ? path : join(await realTarget(parent), basename(path));
}

async function statusOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a real path is a directory or in it. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}
