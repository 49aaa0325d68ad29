// What the pools are asked to do. Each takes one argument.
export const trivial = (x) => x + 1;

/** Busy for so many microseconds. */
export function busy(us) {
  const end = performance.now() + us / 1000;
  while (performance.now() < end);
  return us;
}

export const size = (bytes) => bytes.byteLength;

export const summed = ({ items }) => ({ total: items.reduce((sum, { price }) => sum + price, 0), count: items.length });

export const echo = (value) => value;
export const pid = () => process.pid;
export async function waits(_, { call }) {
  await call('began');
  return new Promise(() => undefined);
}
