import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { systemCode } from '../errors/system-code.js';

/** Whether something failed because no descriptor is left, in this process or on this machine. */
export function isExhausted(error: unknown): boolean {
  return ['EMFILE', 'ENFILE'].includes(systemCode(error) ?? '');
}

/** A descriptor that is kept back: who watches for their running out has to be able to read when they have. */
export class SpareDescriptor implements Disposable {
  #fd: number | undefined = openOne();

  /**
   * Does a work, with this descriptor if no other is left.
   *
   * @param work opens no more than one file at a time; may be done twice
   * @throws what the work throws: also that no descriptor is left, if another thread was faster
   */
  lend<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!isExhausted(error) || this.#fd === undefined) throw error;
    }
    this[Symbol.dispose]();
    try {
      return work();
    } finally {
      this.#fd = openOne();
    }
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

function openOne(): number | undefined {
  try {
    return openSync(devNull, 'r');
  } catch (error) {
    if (!isExhausted(error)) throw error;
    return undefined;
  }
}
