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
/** Each of the three tells at `cell` that it was left. */
export async function* cleans(cell) {
  try {
    for (;;) yield 1;
  } finally {
    Atomics.add(cell, 0, 1);
  }
}
export function* cleansAtOnce(cell) {
  try {
    for (;;) yield 1;
  } finally {
    Atomics.add(cell, 0, 1);
  }
}
export async function* cleansAfterWrong(cell) {
  try {
    yield 1;
    yield () => 2;
  } finally {
    Atomics.add(cell, 0, 1);
  }
}
export const refused = (_, { call, tool }) =>
  Promise.all([call('add', () => 1).catch((e) => e.code), tool.call('x', () => 1).catch((e) => e.code)]);
let wentOn;
/** Goes on after its end: sends more events than a task may have on their way. */
export function goesOn(_, { emit, signal, call }) {
  wentOn = new Promise((resolve) => {
    setTimeout(() => {
      for (let i = 0; i < 2000; i += 1) emit('count', i);
      void call('add', 1, 2);
      resolve(signal.aborted);
    }, 1);
  });
  return 'done';
}
export const howItWentOn = () => wentOn;
/** Leaves a loop that begins when the task has ended, tells so at `cell`, and never ends. */
export function leavesLoop(cell) {
  setTimeout(() => {
    Atomics.store(cell, 0, 1);
    Atomics.notify(cell, 0);
    for (;;);
  }, 0);
}
/** Computes for so many ms, asks, and computes again, all behind an `await`. */
export async function computes(ms, { call }) {
  await null;
  spin(ms);
  await call('slow');
  spin(ms);
}
function spin(ms) {
  for (const end = performance.now() + ms; performance.now() < end; );
}
