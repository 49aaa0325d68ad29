// Functions that use their context.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const calls = async (x, { call, args }) => [await call('add', x, 1), args.length];
export const asks = (name, { call }) => call(name);
export async function emits(n, { emit }) {
  for (let i = 0; i < n; i += 1) emit('count', i);
}
export async function keeps(then, { scratch, call }) {
  const directory = await scratch();
  await writeFile(join(directory, 'kept'), 'x');
  await call('made', directory);
  if (then === 'loop') for (;;);
  return directory;
}
export const back = (bytes, { transfer }) => transfer(bytes, [bytes.buffer]);
export const same = (value) => value;
export const adds = (cell) => Atomics.add(cell, 0, 5);
export async function* counts(n) {
  for (let i = 0; i < n; i += 1) yield i;
  return 'counted';
}
export async function* signals(cell) {
  for (;;) {
    Atomics.add(cell, 0, 1);
    yield new Map([[1, 2]]);
  }
}
export async function* wrong() {
  yield 1;
  yield () => 2;
}
