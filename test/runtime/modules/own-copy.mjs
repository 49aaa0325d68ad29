// A module that imports stint itself: its thread has another copy.
import { StintError, transfer } from '#stint/index';

let given;
export const hands = () => {
  given = new Uint8Array([1, 2, 3]);
  return transfer(given, [given.buffer]);
};
export const left = () => given.length;
export const fails = () => {
  throw new StintError('QUEUE_FULL', 'its own queue');
};
