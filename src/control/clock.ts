import { threadNow } from '../scope/thread-now.js';

/** Between two looks at a clock something may come: of so many the quickest counts. */
const LOOKS = 16;

const origin = readOrigin();

/**
 * Milliseconds on the process's monotonic clock. Unlike `performance.now()`, whose zero is the start of
 * the calling thread, the same moment has the same number in every thread of the process.
 */
export function monotonicNow(): number {
  return origin + threadNow();
}

/** The zero of this thread's `performance.now()` on the process's clock, in ms. */
function readOrigin(): number {
  let best = { took: Number.POSITIVE_INFINITY, origin: 0 };
  for (let i = 0; i < LOOKS; i += 1) {
    const before = process.hrtime.bigint();
    const now = threadNow();
    const took = Number(process.hrtime.bigint() - before) / 1e6;
    if (took < best.took) best = { took, origin: Number(before) / 1e6 + took / 2 - now };
  }
  return best.origin;
}
