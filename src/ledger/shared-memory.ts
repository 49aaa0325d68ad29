/**
 * Memory that several processes see.
 *
 * 1. A segment is recorded before it exists, all of it is there when `create` returns, and if it cannot be nothing of it is.
 * 2. Who created it unlinks it, once. Who has it open keeps what it sees.
 * 3. After `close` no access crashes: reads see zeros, writes reach nobody.
 */

import { constants as limits } from 'node:buffer';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from '../errors/describe.js';
import { StintError } from '../errors/stint-error.js';
import { Once } from '../scope/once.js';
import { type Segment, SHARED_MEMORY } from './kinds/segment.js';
import type { Ledger } from './ledger.js';
import { refused } from './ledger-error.js';
import { type Libc, loadLibc, Mapping, SystemCallError } from './mapping.js';
import { isToken } from './names.js';
import { borrowLedger } from './shared-ledger.js';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;

/** How often a signal may interrupt the reservation, which then begins anew. */
const MOST_INTERRUPTS = 100;

/** What this thread has created and not closed: it stays mapped, so that whoever looks for what the process holds finds it, also if it was forgotten. */
const created = new Set<SharedMemory>();

export interface SharedMemoryOptions {
  /** The ledger that it is recorded in. Default: one in the default directory, for as long as any segment is in it. */
  readonly ledger?: Ledger;
}

export class SharedMemory implements AsyncDisposable {
  /** By this name another process opens it. */
  readonly name: string;
  /** The memory. After `close` it reads as zeros. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #mapping: Mapping;
  readonly #unlink: () => Promise<void>;
  readonly #closed = new Once(() => this.#close());

  private constructor(name: string, mapping: Mapping, unlink: () => Promise<void>) {
    this.name = name;
    this.bytes = new Uint8Array(mapping.buffer);
    this.#mapping = mapping;
    this.#unlink = unlink;
  }

  /**
   * Makes a segment of POSIX shared memory, filled with zeros. It is gone when it is closed, or within a second of the
   * end of this process.
   *
   * @param bytes its size, from 1 to the size of the greatest buffer (4 GiB on Node 20)
   * @throws StintError `OUT_OF_MEMORY` if there is no room, `DEPENDENCY_MISSING` without koffi or where there is no POSIX shared
   * memory, `INVALID_ARGUMENT` for a size that is none, and what {@link Ledger.acquire} throws
   */
  static async create(bytes: number, { ledger }: SharedMemoryOptions = {}): Promise<SharedMemory> {
    if (!Number.isSafeInteger(bytes) || bytes < 1 || bytes > limits.MAX_LENGTH) {
      throw new StintError(
        'INVALID_ARGUMENT',
        `bytes is ${describe(bytes)}; it must be a whole number from 1 to ${limits.MAX_LENGTH}`,
      );
    }
    const libc = await loadLibc();
    const borrowed =
      ledger === undefined ? await borrowLedger() : { ledger, [Symbol.asyncDispose]: async () => undefined };
    try {
      return await borrowed.ledger.acquire<Segment, SharedMemory>(
        (name) => ({ kind: 'segment', name, bytes }),
        async (registration) => {
          const unlink = async () => {
            await registration.release();
            await borrowed[Symbol.asyncDispose]();
          };
          const memory = new SharedMemory(registration.token, await make(libc, registration.token, bytes), unlink);
          created.add(memory);
          return memory;
        },
      );
    } catch (error) {
      await borrowed[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Opens a segment that another process of this user created.
   *
   * @param name its `name`
   * @throws StintError `INVALID_ARGUMENT` if there is none of that name or it is not this user's
   */
  static async open(name: string): Promise<SharedMemory> {
    if (typeof name !== 'string' || !isToken(name)) {
      throw new StintError('INVALID_ARGUMENT', `name is ${describe(name)}; it must be the name of a SharedMemory`);
    }
    const libc = await loadLibc();
    try {
      await using file = await open(join(SHARED_MEMORY, name), O_RDWR | O_NOFOLLOW);
      const { uid, size } = await file.stat();
      if (uid !== process.geteuid?.()) throw new StintError('INVALID_ARGUMENT', `${name} belongs to another user`);
      if (size === 0)
        throw new StintError('INVALID_ARGUMENT', `${name} is not ready yet: open it when create has returned`);
      return new SharedMemory(name, Mapping.of(libc, file.fd, size), async () => undefined);
    } catch (error) {
      throw refused(`open the shared memory ${name}`, error);
    }
  }

  /** Lets go of the memory; who created it removes it. May be called any number of times, and while views of it exist. */
  close(): Promise<void> {
    return this.#closed.do();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    try {
      this.#mapping.close();
    } catch (error) {
      throw refused(`close the shared memory ${this.name}`, error);
    }
    await this.#unlink();
    created.delete(this);
  }
}

async function make(libc: Libc, name: string, bytes: number): Promise<Mapping> {
  try {
    await using file = await open(join(SHARED_MEMORY, name), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    // All of it now: room that is missing later would be a SIGBUS at some access.
    reserve(libc, file.fd, bytes);
    return Mapping.of(libc, file.fd, bytes);
  } catch (error) {
    throw refused(`make ${bytes} bytes of shared memory`, error);
  }
}

function reserve(libc: Libc, fd: number, bytes: number): void {
  const { EINTR } = libc.koffi.os.errno;
  for (let attempt = 0; attempt < MOST_INTERRUPTS; attempt++) {
    const errno = libc.posix_fallocate(fd, 0, bytes);
    if (errno === 0) return;
    if (errno !== EINTR) throw new SystemCallError(libc, 'posix_fallocate', errno);
  }
  throw new StintError('OUT_OF_MEMORY', `signals interrupted it ${MOST_INTERRUPTS} times`);
}
