/** Milliseconds that each of so many calls took, after a few that are not counted. */
export async function timeEach(count: number, work: (i: number) => unknown, warmup = 0): Promise<number[]> {
  const times: number[] = [];
  for (let i = -warmup; i < count; i += 1) {
    const from = performance.now();
    await work(i);
    if (i >= 0) times.push(performance.now() - from);
  }
  return times;
}

/** As {@link timeEach}, for work that is synchronous: no turn of the event loop is in the times. */
export function timeEachSync(count: number, work: (i: number) => unknown, warmup = 0): number[] {
  const times: number[] = [];
  for (let i = -warmup; i < count; i += 1) {
    const from = performance.now();
    work(i);
    if (i >= 0) times.push(performance.now() - from);
  }
  return times;
}

/** Milliseconds as microseconds. */
export function inMicroseconds(times: readonly number[]): number[] {
  return times.map((ms) => ms * 1000);
}
