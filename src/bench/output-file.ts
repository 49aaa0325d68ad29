/**
 * A file that is written at the end of a long work, and known to be writable at its beginning.
 *
 * 1. What was there under the name stays whole until the new content is, and for good if the work comes to nothing.
 * 2. Without a commit nothing is left behind.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { StintError } from '../errors/stint-error.js';

export class OutputFile implements Disposable {
  readonly path: string;
  /** Where the content goes first; undefined for what is no regular file and takes it directly (`/dev/stdout`). */
  readonly #temporary: string | undefined;
  #open = true;

  private constructor(path: string, temporary: string | undefined) {
    this.path = path;
    this.#temporary = temporary;
  }

  /**
   * Makes sure that the file can be written.
   *
   * @param flag how the user named it: `--report`
   * @throws StintError `INVALID_ARGUMENT`
   */
  static open(path: string, flag: string): OutputFile {
    try {
      const there = statSync(path, { throwIfNoEntry: false });
      // A link stays one: what it leads to is replaced.
      const full = there === undefined ? resolve(path) : realpathSync(path);
      if (there?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
      if (there !== undefined && !there.isFile()) {
        closeSync(openSync(full, 'a'));
        return new OutputFile(full, undefined);
      }
      if (there !== undefined) closeSync(openSync(full, 'a'));
      const temporary = join(dirname(full), `.${basename(full)}.${randomBytes(4).toString('hex')}`);
      closeSync(openSync(temporary, 'wx', 0o644));
      return new OutputFile(full, temporary);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      throw new StintError('INVALID_ARGUMENT', `${flag} ${path} cannot be written: ${REASONS[code] ?? code}`, {
        cause: error,
      });
    }
  }

  /** Writes the content, whole. */
  commit(content: string): void {
    if (this.#temporary === undefined) {
      writeFileSync(this.path, content, { flag: 'a' });
    } else {
      writeFileSync(this.#temporary, content);
      renameSync(this.#temporary, this.path);
    }
    this.#open = false;
  }

  [Symbol.dispose](): void {
    if (this.#open && this.#temporary !== undefined) rmSync(this.#temporary, { force: true });
    this.#open = false;
  }
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOENT: 'there is no such directory',
  ENOTDIR: 'a part of its path is no directory',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'its name is too long',
};
