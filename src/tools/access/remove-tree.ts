import { constants, lstat, open, opendir, rmdir, unlink } from 'node:fs/promises';
import { StintError } from '../../errors/stint-error.js';
import { canAnchor, pathOf } from './anchor.js';

/** Directories in directories that are removed: each holds one open. */
const DEEPEST = 256;

/** Removes something with all that is in it. Links are removed, not followed. */
export async function removeTree(path: string, signal: AbortSignal, depth = 0): Promise<void> {
  signal.throwIfAborted();
  if (!(await lstat(path)).isDirectory()) {
    await unlink(path);
    return;
  }
  if (depth > DEEPEST) {
    throw new StintError('TOOL_FAILED', `cannot remove what is nested deeper than ${DEEPEST} directories`);
  }
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const inside = canAnchor() ? pathOf(directory) : path;
    // By names gathered in portions: a directory that is changed while it is read may leave entries out.
    for (let names = await someNames(inside); names.length > 0; names = await someNames(inside)) {
      for (const name of names) await removeTree(`${inside}/${name}`, signal, depth + 1);
    }
  } finally {
    await directory.close();
  }
  await rmdir(path);
}

async function someNames(directory: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of await opendir(directory)) {
    names.push(name);
    if (names.length >= 1000) break;
  }
  return names;
}
