import { mkdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scratch } from './kinds/scratch.js';
import type { Ledger } from './ledger.js';
import { refused } from './ledger-error.js';

/** A directory that goes with its owner. */
export interface ScratchDirectory extends AsyncDisposable {
  readonly path: string;
  /** Removes it with what is in it. May be called any number of times. */
  release(): Promise<void>;
}

/** Makes a directory that only this user can use (mode 0700). */
export async function createScratch(ledger: Ledger, parent: string = tmpdir()): Promise<ScratchDirectory> {
  const real = await realpath(parent).catch((error: unknown) => {
    throw refused(`make a scratch directory in ${parent}`, error);
  });
  return ledger.acquire<Scratch, ScratchDirectory>(
    (token) => ({ kind: 'scratch', path: join(real, token) }),
    async (registration) => {
      const { path } = registration.resource;
      await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
        throw refused(`make a scratch directory in ${parent}`, error);
      });
      const release = () => registration.release();
      return { path, release, [Symbol.asyncDispose]: release };
    },
  );
}
