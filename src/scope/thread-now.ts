/** Milliseconds since the start of the calling thread: `performance.now()` as it was before a module could put another in its place. */
export const threadNow = performance.now.bind(performance);

const { nodeTiming } = performance;

/** Milliseconds for which the calling thread's event loop has had nothing to do. */
export function threadIdleMs(): number {
  return nodeTiming.idleTime;
}
