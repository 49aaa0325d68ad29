import { chmod, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
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

/** What the system says of a directory in it that whoever used it has closed, or made deeper than a path can be. */
const OBSTACLES: readonly string[] = ['EACCES', 'EPERM', 'ENAMETOOLONG'];

/** Removes a directory with what is in it, and no more: of a symbolic link in it, the link. */
async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!OBSTACLES.includes(systemCode(error) ?? '')) throw error;
    await flatten(path);
    await rm(path, { recursive: true, force: true });
  }
}

/** Opens all directories in one, and brings them to its top. */
async function flatten(top: string): Promise<void> {
  await chmod(top, 0o700);
  const flat = await mkdtemp(join(top, 'flat-'));
  let count = 0;
  const lift = async (directory: string): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (!entry.isDirectory() || path === flat) continue;
      await chmod(path, 0o700);
      count += 1;
      await rename(path, join(flat, String(count)));
    }
  };
  await lift(top);
  for (let next = 1; next <= count; next += 1) await lift(join(flat, String(next)));
}
