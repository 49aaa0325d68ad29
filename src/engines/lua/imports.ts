import { fromLocalTm, localTm, readTm, strftime, type Tm, utcTm, writeTm } from './calendar.js';

/** What is thrown to unwind to the innermost `invoke_vii`: C's longjmp. */
export const LONGJMP = Symbol('longjmp');

/** Lua gave up: an error was raised where no protected call was active. Its state is not to be used any more. */
export class LuaPanic extends Error {
  constructor() {
    super('Lua raised an error outside of every protected call');
  }
}

/** What the imports need of the instance, which is made after them. */
export interface ImportHost {
  memory(): WebAssembly.Memory;
  /** `setjmp` plus a call of the C function in this slot: Lua's luaD_rawrunprotected, nothing else uses it. */
  invoke(slot: number, L: number, ud: number): void;
  /** The most bytes that the memory may grow to. */
  memoryLimit(): number;
  /** Raises an error in the code that runs. */
  raise(message: string): never;
}

/** `ENOSYS` of emscripten's C library. */
const NO_SUCH_CALL = -52;
const PAGE = 65_536;

/**
 * What `glue.wasm` is given: the setjmp of protected calls, growth of its memory, and the calendar.
 * All else that its C library asks for is a closed door, no file, no process, no environment: even if
 * a script found a way to call it.
 */
export function luaImports(host: ImportHost): WebAssembly.Imports {
  const closed = (): number => NO_SUCH_CALL;
  const words = (): Int32Array => new Int32Array(host.memory().buffer);
  const put = (pointer: number, tm: Tm): void => {
    if (Number.isNaN(tm.year)) host.raise('date result cannot be represented in this installation');
    writeTm(words(), pointer >> 2, tm);
  };
  return {
    env: {
      invoke_vii: (slot: number, L: number, ud: number) => host.invoke(slot, L, ud),
      _emscripten_throw_longjmp: () => {
        throw LONGJMP;
      },
      abort: () => {
        throw new LuaPanic();
      },
      exit: () => {
        throw new LuaPanic();
      },
      emscripten_resize_heap: (bytes: number) => (grow(host, bytes >>> 0) ? 1 : 0),
      emscripten_date_now: () => Date.now(),
      _emscripten_get_now_is_monotonic: () => 0,
      _gmtime_js: (seconds: bigint, tm: number) => put(tm, utcTm(Number(seconds) * 1000)),
      _localtime_js: (seconds: bigint, tm: number) => put(tm, localTm(Number(seconds) * 1000)),
      _mktime_js: (tm: number) => {
        const ms = fromLocalTm(readTm(words(), tm >> 2));
        if (Number.isNaN(ms)) return -1n;
        put(tm, localTm(ms));
        return BigInt(Math.floor(ms / 1000));
      },
      _tzset_js: () => undefined,
      strftime: (to: number, size: number, format: number, tm: number) => {
        const bytes = Buffer.from(host.memory().buffer);
        const end = bytes.indexOf(0, format);
        const text = strftime(bytes.toString('latin1', format, end), readTm(words(), tm >> 2));
        if (text.length >= size) return 0;
        bytes.write(`${text}\0`, to, 'latin1');
        return text.length;
      },
      system: closed,
      __syscall_openat: closed,
      __syscall_fcntl64: closed,
      __syscall_ioctl: closed,
      __syscall_dup3: closed,
      __syscall_unlinkat: closed,
      __syscall_rmdir: closed,
      __syscall_renameat: closed,
      __syscall_readlinkat: closed,
    },
    wasi_snapshot_preview1: {
      fd_write: closed,
      fd_read: closed,
      fd_close: closed,
      fd_seek: closed,
      environ_sizes_get: closed,
      environ_get: closed,
    },
  };
}

/** Grows by a fifth at least, so that a script that grows step by step does not pay for each of them. */
function grow(host: ImportHost, bytes: number): boolean {
  const memory = host.memory();
  const now = memory.buffer.byteLength;
  const limit = host.memoryLimit();
  if (bytes > limit) return false;
  const target = Math.min(Math.max(bytes, now * 1.2), limit);
  try {
    memory.grow(Math.ceil((target - now) / PAGE));
    return true;
  } catch (error) {
    // The machine has no more to give: the C library then answers the allocation with NULL.
    if (error instanceof RangeError) return false;
    throw error;
  }
}
