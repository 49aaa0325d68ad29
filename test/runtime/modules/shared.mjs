// Functions that threads call synchronously on the runtime they share.
import { threadId } from 'node:worker_threads';

export default () => threadId;
export const same = (value) => value;
export function fails() {
  throw Object.assign(new TypeError('no good'), { code: 'E_BAD' });
}
export const functions = () => ({ list: [() => 1] });
export function endless() {
  for (;;);
}
export const prints = () => 'printed';
