import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../errors/describe.js';

/** The scratch directories of one task. */
export class ScratchDirectories {
  readonly #made: Promise<string>[] = [];

  /** Makes a directory that only this user can read (mode 0700). */
  make(): Promise<string> {
    const made = mkdtemp(join(tmpdir(), 'stint-scratch-'));
    this.#made.push(made);
    return made;
  }

  /** Removes all of them with what is in them. One that cannot be removed is warned of. */
  async remove(): Promise<void> {
    for (const made of await Promise.allSettled(this.#made)) {
      if (made.status === 'rejected') continue;
      await rm(made.value, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) => {
        process.emitWarning(`stint cannot remove ${made.value}: ${messageOf(error)}; remove it yourself`);
      });
    }
  }
}
