/**
 * Finds out that a thread hangs in what a task has left running there, a timer of a module's that loops say: it has ended tasks, it has something to
 * do, and it neither begins with that nor is in anybody's hands.
 *
 * 1. A thread that a task holds, that loads something, or that has just been heard does not hang.
 */
import { monotonicNow } from '../control/clock.js';

/** How long a thread that hangs is not heard at least, in ms: a loaded machine is not a dead one. */
const HANG_MS = 1000;

export class HangWatch {
  readonly #check: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  /** Since when something that was sent has had no answer, as far as is known. */
  #since: number | undefined;

  /** @param check called from time to time while the thread is not heard; false when it need not be watched any more */
  constructor(check: () => boolean) {
    this.#check = check;
  }

  /** Something was sent. */
  sent(): void {
    this.#since ??= monotonicNow();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#check()) this.sent();
    }, HANG_MS / 2).unref();
  }

  /** Something has come. */
  heard(): void {
    this.#since = undefined;
  }

  get isSilent(): boolean {
    return this.#since !== undefined && monotonicNow() - this.#since >= HANG_MS;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
