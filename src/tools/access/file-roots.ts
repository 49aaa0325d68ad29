import { resolve } from 'node:path';
import { describe } from '../../errors/describe.js';
import { isStintError, StintError } from '../../errors/stint-error.js';
import type { FileMode } from './file-access.js';
import { fileFailure } from './file-failure.js';
import type { Gate } from './gate.js';
import { isWithin, realPlace, realTarget } from './real-path.js';

/** The longest path that the system takes. */
const LONGEST_PATH = 4096;

/** Finds out where the paths of one call lead, and whether that is below a root. */
export class FileRoots {
  readonly #gate: Gate;
  /** The real paths of the policy's roots: looked up once for a call. */
  #roots: Promise<{ readonly read: readonly string[]; readonly write: readonly string[] }> | undefined;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** The real path of what a path leads to. @throws StintError (rejects) `PERMISSION_DENIED`, `TOOL_FAILED` */
  target(path: string, mode: FileMode, deed: string): Promise<string> {
    return this.#find(path, mode, deed, realTarget);
  }

  /** The real path of what has the name, be it a link. @throws StintError (rejects) `PERMISSION_DENIED`, `TOOL_FAILED` */
  place(path: string, mode: FileMode, deed: string): Promise<string> {
    return this.#find(path, mode, deed, realPlace);
  }

  /** Whether a real path is a root itself. */
  async isRoot(real: string): Promise<boolean> {
    const { read, write } = await this.#realRoots();
    return read.includes(real) || write.includes(real) || this.#gate.scratches.includes(real);
  }

  async #find(path: string, mode: FileMode, deed: string, follow: (path: string) => Promise<string>): Promise<string> {
    const shown = readPath(path);
    this.#gate.enter(mode, shown);
    const absolute = resolve(this.#gate.rules.directory, shown);
    let real: string;
    try {
      const roots = await this.#rootsFor(mode);
      if (roots.length === 0) throw this.#refusal(absolute, mode, deed, false);
      real = await follow(absolute);
      if (!roots.some((root) => isWithin(real, root))) {
        throw this.#refusal(absolute, mode, deed, real !== absolute);
      }
    } catch (error) {
      if (isStintError(error)) throw error;
      // Whether there is something outside of the roots is nobody's to know.
      if (!(await this.#looksWithin(absolute, mode))) throw this.#refusal(absolute, mode, deed, false);
      throw fileFailure(deed, shown, error);
    }
    this.#gate.note(mode, real, true);
    return real;
  }

  async #looksWithin(absolute: string, mode: FileMode): Promise<boolean> {
    const { read, write } = this.#gate.rules;
    const named = mode === 'read' ? [...read, ...write] : write;
    return [...named, ...(await this.#rootsFor(mode))].some((root) => isWithin(absolute, root));
  }

  async #rootsFor(mode: FileMode): Promise<readonly string[]> {
    const { read, write } = await this.#realRoots();
    const { scratches } = this.#gate;
    return mode === 'read' ? [...read, ...write, ...scratches] : [...write, ...scratches];
  }

  #realRoots(): Promise<{ readonly read: readonly string[]; readonly write: readonly string[] }> {
    this.#roots ??= (async () => {
      const { read, write } = this.#gate.rules;
      return { read: await realRoots(read), write: await realRoots(write) };
    })();
    return this.#roots;
  }

  #refusal(absolute: string, mode: FileMode, deed: string, byLink: boolean): StintError {
    const list = `policy.files.${mode}`;
    const why = byLink
      ? `links lead it outside of ${list}; add the directory where it really is to ${list}`
      : `it is outside of ${list}; add '${absolute}', or a directory above it, to ${list}`;
    return this.#gate.refusal(mode, absolute, `to ${deed} '${absolute}'`, why);
  }
}

/** A root that cannot be found permits nothing. */
async function realRoots(roots: readonly string[]): Promise<string[]> {
  const found = await Promise.allSettled(roots.map(realTarget));
  return found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

function readPath(path: unknown): string {
  const isText = typeof path === 'string' && path !== '' && Buffer.byteLength(path) < LONGEST_PATH;
  // Half of a surrogate pair becomes another character on the way to the system: another file.
  if (!isText || path.includes('\0') || /\p{Surrogate}/u.test(path)) {
    throw new StintError(
      'TOOL_INPUT',
      `the path is ${describe(path)}; it must be a text of at most ${LONGEST_PATH} bytes without NUL`,
    );
  }
  return path;
}
