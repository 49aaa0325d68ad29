/** Microseconds of so many calls, one after the other, after a fifth as many that are not counted. */
export async function timesAwaited(count, work) {
  for (let i = 0; i < count / 5; i += 1) await work();
  const sample = [];
  for (let i = 0; i < count; i += 1) {
    const from = performance.now();
    await work();
    sample.push((performance.now() - from) * 1000);
  }
  return sample;
}
