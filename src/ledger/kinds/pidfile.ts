import { link, open, readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unless } from '../ledger-error.js';
import type { Kind } from './kind.js';
import { find, pathFault } from './paths.js';

/** A file that says which process does some work: its pid, or JSON that has it as `pid`. */
export interface Pidfile {
  readonly kind: 'pidfile';
  readonly path: string;
  /** The file's device and number, once it is known: another file at this path is somebody else's. */
  readonly file?: string;
}

/** The longest file that is looked into. */
const MOST_BYTES = 64 * 1024;

export const pidfile: Kind<Pidfile> = {
  fault({ path, file }) {
    if (file !== undefined && (typeof file !== 'string' || !/^[0-9]+:[0-9]+$/.test(file)))
      return 'its file has no number';
    return pathFault(path);
  },
  async reclaim({ path, file }, { token, owner }) {
    await unless(['ENOENT', 'ENOTDIR'], unlink(stagedPath(path, token)), undefined);
    // Without its number it had not come to its place yet.
    if (file === undefined) return 'gone';
    const found = await find(path);
    if (found === 'gone' || 'kept' in found) return found;
    const { dev, ino, size } = found.about;
    if (!found.about.isFile() || `${dev}:${ino}` !== file || size > MOST_BYTES) return 'gone';
    // The number of a file is given again: look whose it is.
    if (owner === undefined || pidIn(await readFile(path, 'utf8')) !== owner.pid) return 'gone';
    return unless(
      ['ENOENT'],
      unlink(path).then(() => 'reclaimed' as const),
      'gone' as const,
    );
  },
  describe: ({ path }) => path,
};

/** Makes the file beside its place, whole. Returns its number. */
export async function stagePidfile(path: string, token: string, contents: string): Promise<string> {
  await using handle = await open(stagedPath(path, token), 'wx', 0o600);
  await handle.writeFile(contents);
  await handle.sync();
  const { dev, ino } = await handle.stat();
  return `${dev}:${ino}`;
}

/** Puts the file in its place; fails with `EEXIST` if that is taken. */
export async function placePidfile(path: string, token: string): Promise<void> {
  await link(stagedPath(path, token), path);
  await unlink(stagedPath(path, token));
}

function stagedPath(path: string, token: string): string {
  return join(dirname(path), `.${token}`);
}

function pidIn(text: string): unknown {
  try {
    const said: unknown = JSON.parse(text);
    return typeof said === 'object' && said !== null ? Reflect.get(said, 'pid') : said;
  } catch {
    return undefined;
  }
}
