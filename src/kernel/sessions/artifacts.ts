/**
 * What a session keeps beside its variables: named pieces of data, in memory, gone with the session.
 *
 * 1. All of them together have no more bytes than the limit says.
 */

import { invalid } from '../../errors/invalid.js';
import { StintError } from '../../errors/stint-error.js';

/** An artifact without its data. */
export interface ArtifactInfo {
  readonly name: string;
  /** Its media type: `text/plain` for a text, `application/octet-stream` for bytes, if nothing else was said. */
  readonly type: string;
  readonly bytes: number;
}

interface Artifact extends ArtifactInfo {
  readonly data: string | Uint8Array;
}

const LONGEST_NAME = 256;
const MOST_ARTIFACTS = 10_000;
const MEDIA_TYPE = /^[\w.+-]{1,64}\/[\w.+-]{1,64}(?:; ?[\w-]{1,32}=[\w-]{1,32})?$/;

/** See the top of the file. */
export class Artifacts {
  readonly #most: number;
  readonly #changed: (name: string) => void;
  readonly #artifacts = new Map<string, Artifact>();
  #bytes = 0;

  /**
   * @param most bytes, all together
   * @param changed called with the name of one that was saved or removed
   */
  constructor(most: number, changed: (name: string) => void) {
    this.#most = most;
    this.#changed = changed;
  }

  /** Keeps data under a name, in place of what was there. @throws StintError `INVALID_ARGUMENT`, `OUT_OF_MEMORY` beyond the limit */
  save(name: unknown, data: unknown, type?: unknown): ArtifactInfo {
    // Half of a surrogate pair could not be said in an address.
    if (typeof name !== 'string' || name === '' || name.length > LONGEST_NAME || /\p{Surrogate}/u.test(name)) {
      throw invalid('artifact.name', name, `a text of 1 to ${LONGEST_NAME} whole characters`);
    }
    if (typeof data !== 'string' && !(data instanceof Uint8Array))
      throw invalid('artifact.data', data, 'a text or bytes');
    if (type !== undefined && type !== null && !(typeof type === 'string' && MEDIA_TYPE.test(type))) {
      throw invalid('artifact.type', type, "a media type such as 'image/png'");
    }
    const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
    const before = this.#artifacts.get(name)?.bytes ?? 0;
    if (!this.#artifacts.has(name) && this.#artifacts.size >= MOST_ARTIFACTS) {
      const message = `artifact ${name} is one too many: the session has ${MOST_ARTIFACTS}; remove one`;
      throw new StintError('OUT_OF_MEMORY', message);
    }
    if (this.#bytes - before + bytes > this.#most) {
      const message = `artifact ${name} has ${bytes} bytes; the session has ${this.#bytes - before} in others, and at most ${this.#most} are allowed`;
      throw new StintError('OUT_OF_MEMORY', message);
    }
    const kept = typeof type === 'string' ? type : typeof data === 'string' ? 'text/plain' : 'application/octet-stream';
    this.#bytes += bytes - before;
    this.#artifacts.set(name, {
      name,
      type: kept,
      bytes,
      data: typeof data === 'string' ? data : Uint8Array.from(data),
    });
    this.#changed(name);
    return { name, type: kept, bytes };
  }

  /** @throws StintError `INVALID_ARGUMENT` if there is none of that name */
  load(name: unknown): Artifact {
    const artifact = typeof name === 'string' ? this.#artifacts.get(name) : undefined;
    if (artifact === undefined) {
      const known = [...this.#artifacts.keys()].slice(0, 10).join(', ') || 'none';
      throw invalid('artifact.name', name, `that of an artifact of the session; it has ${known}`);
    }
    return artifact;
  }

  /** @throws StintError `INVALID_ARGUMENT` if there is none of that name */
  remove(name: unknown): void {
    const artifact = this.load(name);
    this.#bytes -= artifact.bytes;
    this.#artifacts.delete(artifact.name);
    this.#changed(artifact.name);
  }

  list(): ArtifactInfo[] {
    return [...this.#artifacts.values()].map(({ name, type, bytes }) => ({ name, type, bytes }));
  }

  clear(): void {
    this.#artifacts.clear();
    this.#bytes = 0;
  }
}
