// Functions that end in different ways.
let calls = 0;
export default (x) => x * 2;
export const counter = () => ++calls;
export const later = (x) => new Promise((resolve) => setImmediate(resolve, x + 1));
export function fails() {
  const error = new TypeError('no good', { cause: new RangeError('too far') });
  throw Object.assign(error, { code: 'E_NO_GOOD' });
}
export async function failsOften() {
  throw new AggregateError([new Error('first'), Object.assign(new Error('second'), { code: 'B' })], 'two');
}
export const throwsLater = () =>
  new Promise(() =>
    setImmediate(() => {
      throw new RangeError('later');
    }),
  );
export const rejectsUnseen = () => new Promise(() => void Promise.reject(new RangeError('unseen')));
export const exits = () => process.exit(3);
export function dies() {
  process.reallyExit(7);
}
export function fillsHeap() {
  for (const all = []; ; ) all.push(new Array(1000).fill(Math.random()));
}
export const gives = () => ({ list: [1, () => 2] });
export function busy(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}
export const aborts = () => {
  throw new DOMException('no more', 'AbortError');
};
export const readsNothing = () => import('node:fs/promises').then(({ readFile }) => readFile('/nowhere'));
export const badThen = () => ({
  // biome-ignore lint/suspicious/noThenProperty: that is what is tested
  get then() {
    throw new RangeError('no then');
  },
});
export const stopsClock = () => {
  performance.now = () => Number.NaN;
};
/** Ends well, and leaves a rejection. */
export const leavesRejection = () => void Promise.reject(new RangeError('left'));

class Own extends Error {
  name = 'Own';
}
export async function returnsError(kind) {
  switch (kind) {
    case 'RangeError':
      return Object.assign(new RangeError('no good', { cause: new Error('why') }), { code: 'E_NO_GOOD' });
    case 'Own':
      return new Own('mine');
    case 'DOMException':
      return new DOMException('of the web', 'DataError');
    default:
      return failsOften().catch((error) => error);
  }
}

export function notifies(cell) {
  Atomics.store(cell, 0, 1);
  Atomics.notify(cell, 0);
}
