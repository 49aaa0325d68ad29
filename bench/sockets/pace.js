/** Calls `start(i)` for each i: all at once, or 100 every 5 ms as the reference load does. */
export async function pace(count, paced, start) {
  const from = performance.now();
  for (let i = 0; i < count; i += 1) {
    if (paced && i > 0 && i % 100 === 0) {
      const due = from + (i / 100) * 5;
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    }
    start(i);
  }
}
