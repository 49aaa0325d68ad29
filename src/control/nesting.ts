/** How many synchronous calls this thread is in the middle of being run for: 0 on a thread that is no stint thread. */
export const nesting = { depth: 0 };
