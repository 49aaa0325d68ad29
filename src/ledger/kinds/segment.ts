import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { unless } from '../ledger-error.js';
import type { Kind } from './kind.js';
import { find } from './paths.js';

/** Where Linux shows POSIX shared memory: shm_overview(7). */
export const SHARED_MEMORY = '/dev/shm';

/** A segment of POSIX shared memory. */
export interface Segment {
  readonly kind: 'segment';
  readonly name: string;
  readonly bytes: number;
}

export const segment: Kind<Segment> = {
  fault({ name, bytes }, token) {
    if (name !== token) return 'its name is not the one that its owner gave';
    return Number.isSafeInteger(bytes) && (bytes as number) > 0 ? undefined : 'it has no size';
  },
  async reclaim({ name }) {
    const path = join(SHARED_MEMORY, name);
    const found = await find(path);
    if (found === 'gone' || 'kept' in found) return found;
    if (!found.about.isFile()) return { kept: `${path} is no shared memory` };
    return unless(
      ['ENOENT'],
      unlink(path).then(() => 'reclaimed' as const),
      'gone' as const,
    );
  },
  describe: ({ name, bytes }) => `${name} (${bytes} bytes)`,
};
