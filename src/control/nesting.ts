import { perThread } from '../values/per-thread.js';

/** How many synchronous calls this thread is in the middle of being run for: 0 on a thread that is no stint thread. */
export const nesting = perThread('nesting', () => ({ depth: 0 }));
