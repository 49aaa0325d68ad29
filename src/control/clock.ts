const origin = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/**
 * Milliseconds on the process's monotonic clock. Unlike `performance.now()`, whose zero is the start of
 * the calling thread, the same moment has the same number in every thread of the process.
 */
export function monotonicNow(): number {
  return origin + performance.now();
}
