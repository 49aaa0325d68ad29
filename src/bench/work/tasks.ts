/** Functions that the suites call as module tasks. */
export function trivial(x: number): number {
  return x + 1;
}
