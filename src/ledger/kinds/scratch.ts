import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemCode } from '../../errors/system-code.js';
import type { Kind } from './kind.js';
import { find, pathFault } from './paths.js';

/** A directory for what a task needs while it runs. */
export interface Scratch {
  readonly kind: 'scratch';
  readonly path: string;
}

export const scratch: Kind<Scratch> = {
  fault({ path }, token) {
    const fault = pathFault(path);
    if (fault !== undefined) return fault;
    return basename(path as string) === token ? undefined : 'its name is not the one that its owner gave';
  },
  async reclaim({ path }) {
    const found = await find(path);
    if (found === 'gone' || 'kept' in found) return found;
    if (!found.about.isDirectory()) return { kept: `${path} is no directory` };
    await removeTree(path);
    return 'reclaimed';
  },
  describe: ({ path }) => path,
};

/** Removes a directory with what is in it, and no more: of a symbolic link in it, the link. */
async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
    // A directory in it was closed, by whoever used it: that is no way to stay.
    await openUp(path);
    await rm(path, { recursive: true, force: true });
  }
}

async function openUp(directory: string): Promise<void> {
  if (!(await lstat(directory)).isDirectory()) return;
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await openUp(join(directory, entry.name));
  }
}
