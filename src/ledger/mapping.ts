/**
 * A file mapped into memory and seen as one ArrayBuffer.
 *
 * 1. The addresses of a buffer stay mapped for as long as the buffer can be reached: a view that outlives `close` reads zeros and
 *    writes to nobody.
 * 2. They are given back when the buffer has been collected.
 */
import type koffi from 'koffi';
import { StintError } from '../errors/stint-error.js';

type Koffi = typeof koffi;

/** From the headers of Linux: mmap(2). */
const PROT_READ_WRITE = 0x3;
const MAP_SHARED = 0x01;
const MAP_PRIVATE = 0x02;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;
const MAP_NORESERVE = 0x4000;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

/** What is called of the C library. */
export interface Libc {
  readonly koffi: Koffi;
  mmap(address: bigint | null, length: number, protection: number, flags: number, fd: number, offset: number): bigint;
  munmap(address: bigint, length: number): number;
  posix_fallocate(fd: number, offset: number, length: number): number;
}

let loading: Promise<Libc> | undefined;

/** Loads what calls the C library: an optional dependency of stint. */
export function loadLibc(): Promise<Libc> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Libc> {
  if (process.platform !== 'linux') {
    throw new StintError(
      'DEPENDENCY_MISSING',
      `shared memory needs Linux, and this system is ${process.platform}; copy instead`,
    );
  }
  try {
    const { default: koffi } = await import('koffi');
    const libc = koffi.load(null);
    return {
      koffi,
      mmap: libc.func('void *mmap(void *, size_t, int, int, int, int64_t)'),
      munmap: libc.func('int munmap(void *, size_t)'),
      posix_fallocate: libc.func('int posix_fallocate(int, int64_t, int64_t)'),
    };
  } catch (cause) {
    loading = undefined;
    throw new StintError('DEPENDENCY_MISSING', 'shared memory needs the package koffi: npm install koffi', { cause });
  }
}

/** A system call that failed, as Node's own functions tell of it. */
export class SystemCallError extends Error {
  readonly code: string;

  constructor({ koffi }: Libc, call: string, errno: number) {
    const code = Object.entries(koffi.os.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
    super(`${code}: ${call} failed`);
    this.code = code;
  }
}

/** Gives back addresses whose buffer nobody can reach any more. */
const collected = new FinalizationRegistry<() => void>((unmap) => unmap());

export class Mapping {
  readonly buffer: ArrayBuffer;
  readonly #libc: Libc;
  readonly #address: bigint;
  #closed = false;

  private constructor(libc: Libc, address: bigint, length: number) {
    this.#libc = libc;
    this.#address = address;
    this.buffer = libc.koffi.view(address, length);
    collected.register(this.buffer, () => libc.munmap(address, length));
  }

  /** Maps the first `length` bytes of an open file: what is written into them is seen by all who map it. */
  static of(libc: Libc, fd: number, length: number): Mapping {
    return Mapping.#map(libc, fd, length, MAP_SHARED);
  }

  /** Maps the first `length` bytes of an open file that nobody writes any more: what is written here stays here. */
  static copyOnWrite(libc: Libc, fd: number, length: number): Mapping {
    return Mapping.#map(libc, fd, length, MAP_PRIVATE | MAP_NORESERVE);
  }

  static #map(libc: Libc, fd: number, length: number, flags: number): Mapping {
    const address = libc.mmap(null, length, PROT_READ_WRITE, flags, fd, 0);
    if (address === MAP_FAILED) throw new SystemCallError(libc, 'mmap', libc.koffi.errno());
    try {
      return new Mapping(libc, address, length);
    } catch (cause) {
      libc.munmap(address, length);
      // Electron says so.
      throw new StintError('DEPENDENCY_MISSING', 'this runtime allows no buffers over shared memory; copy instead', {
        cause,
      });
    }
  }

  /** From now on, what is written here stays here. The file is as it is at this moment. @param fd the file that is mapped */
  detach(fd: number): void {
    this.#replace(MAP_PRIVATE | MAP_NORESERVE, fd);
  }

  /** Lets go of the file's memory. In its place there is memory of nobody's, which reads as zeros and takes no room until then. */
  close(): void {
    if (this.#closed) return;
    // Private memory would count as data of this process, which may have a bound.
    this.#replace(MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1);
    this.#closed = true;
  }

  #replace(flags: number, fd: number): void {
    const { byteLength } = this.buffer;
    const address = this.#libc.mmap(this.#address, byteLength, PROT_READ_WRITE, flags | MAP_FIXED, fd, 0);
    if (address === MAP_FAILED) throw new SystemCallError(this.#libc, 'mmap', this.#libc.koffi.errno());
  }
}
