import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../errors/describe.js';
import type { Ledger } from '../ledger/ledger.js';

interface Made {
  readonly path: string;
  remove(): Promise<void>;
}

/** The scratch directories of one task, or of one call of a tool. */
export class ScratchDirectories {
  readonly #ledger: () => Promise<Ledger | undefined>;
  readonly #made: Promise<Made>[] = [];

  /** @param ledger what they are recorded in, so that they go also if this process is killed; undefined where there is none */
  constructor(ledger: () => Promise<Ledger | undefined>) {
    this.#ledger = ledger;
  }

  /** Makes a directory that only this user can read (mode 0700). */
  async make(): Promise<string> {
    const made = this.#make();
    this.#made.push(made);
    return (await made).path;
  }

  /** Removes all of them with what is in them. One that cannot be removed is warned of. */
  async remove(): Promise<void> {
    for (const made of await Promise.allSettled(this.#made)) {
      if (made.status === 'rejected') continue;
      const { path, remove } = made.value;
      await remove().catch((error: unknown) => {
        process.emitWarning(`stint cannot remove ${path}: ${messageOf(error)}; remove it yourself`);
      });
    }
  }

  async #make(): Promise<Made> {
    const ledger = await this.#ledger();
    if (ledger !== undefined) {
      const { createScratch } = await import('../ledger/scratch.js');
      const { path, release } = await createScratch(ledger);
      return { path, remove: release };
    }
    const path = await mkdtemp(join(tmpdir(), 'stint-scratch-'));
    return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
  }
}
