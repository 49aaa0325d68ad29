import { fillRandom } from '../random.js';

/** Functions by the names of WASI preview 1. */
type WasiImports = Record<string, (...args: never[]) => number>;

const SUCCESS = 0;
const BAD_DESCRIPTOR = 8;

/**
 * The whole outside world of a QuickJS instance (WASI preview 1): a clock, and nothing else. No descriptor is
 * open, so what the C library would print goes nowhere.
 *
 * QuickJS seeds `Math.random` from the clock when a VM is made. A clock of milliseconds would give all VMs
 * of one millisecond the same numbers, so until `settle` is called the clock answers with random ones.
 */
export function createWasi(memory: () => WebAssembly.Memory): {
  imports: WasiImports;
  settle(): void;
} {
  let seeding = true;
  const imports: WasiImports = {
    clock_time_get(_clock: number, _precision: bigint, result: number): number {
      const view = new DataView(memory().buffer);
      if (seeding) {
        fillRandom(new Uint8Array(memory().buffer, result, 7));
        view.setUint8(result + 7, 0);
      } else {
        view.setBigUint64(result, BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6)), true);
      }
      return SUCCESS;
    },
    random_get(address: number, bytes: number): number {
      fillRandom(new Uint8Array(memory().buffer, address, bytes));
      return SUCCESS;
    },
    fd_write: () => BAD_DESCRIPTOR,
    fd_close: () => BAD_DESCRIPTOR,
    fd_fdstat_get: () => BAD_DESCRIPTOR,
    fd_seek: () => BAD_DESCRIPTOR,
  };
  return {
    imports,
    settle: () => {
      seeding = false;
    },
  };
}
