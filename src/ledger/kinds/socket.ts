import { unlink } from 'node:fs/promises';
import { unless } from '../ledger-error.js';
import { knock } from '../socket-path.js';
import type { Kind } from './kind.js';
import { find, pathFault } from './paths.js';

/** A unix socket on disk. */
export interface Socket {
  readonly kind: 'socket';
  readonly path: string;
}

export const socket: Kind<Socket> = {
  fault: ({ path }) => pathFault(path),
  async reclaim({ path }) {
    const found = await find(path);
    if (found === 'gone' || 'kept' in found) return found;
    // The path is the caller's choice and may be somebody else's by now: what is no socket is, and one that answers.
    if (!found.about.isSocket()) return 'gone';
    const answer = await knock(path);
    if (answer === 'no socket') return 'gone';
    if (answer !== 'nobody listens') return { kept: `somebody listens on ${path}` };
    // Somebody may have taken it over meanwhile.
    const now = await find(path);
    if (now === 'gone' || 'kept' in now || now.about.ino !== found.about.ino) return 'gone';
    return unless(
      ['ENOENT'],
      unlink(path).then(() => 'reclaimed' as const),
      'gone' as const,
    );
  },
  describe: ({ path }) => path,
};
