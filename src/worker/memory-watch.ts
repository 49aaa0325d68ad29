import { getHeapStatistics } from 'node:v8';
import { threadNow } from '../scope/thread-now.js';

/** To look takes some ten microseconds: a thread that ends many tasks looks no more often than this, in ms. */
const LOOK_EVERY_MS = 20;

/** Says when a thread holds more memory than it may keep. */
export class MemoryWatch {
  readonly #most: number;
  readonly #holds: () => number;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param most in bytes, `Infinity` for any amount
   * @param isProcess whether all of the process counts; else the heap and the buffers of this thread
   */
  constructor(most: number, isProcess: boolean) {
    this.#most = most;
    this.#holds = isProcess ? process.memoryUsage.rss : heapAndBuffers;
  }

  isTooMuch(): boolean {
    if (this.#most === Number.POSITIVE_INFINITY) return false;
    const now = threadNow();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return false;
    this.#lookedAt = now;
    return this.#holds() > this.#most;
  }
}

function heapAndBuffers(): number {
  return getHeapStatistics().total_heap_size + process.memoryUsage().arrayBuffers;
}
