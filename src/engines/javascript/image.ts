/**
 * The memory of a QuickJS instance in which the prelude has run, as others of the same module can start with it:
 * copying it costs a fraction of making a VM and evaluating the prelude again.
 *
 * The only thing that must not be copied is the state of `Math.random`, else all scripts would see the same
 * numbers. It is found by what a call does to it: QuickJS uses xorshift64* (Vigna, "An experimental
 * exploration of Marsaglia's xorshift generators, scrambled").
 */
import { captureMemory, type MemoryImage, restoreMemory, rewindMemory } from '../memory-image.js';
import { fillRandom } from '../random.js';
import type { QuickJsExports } from './exports.js';

/** See the top of the file. */
export interface InstanceImage {
  readonly memory: MemoryImage;
  readonly stackPointer: number;
  /** The address of the instance's scratch memory. */
  readonly scratch: number;
  /** The address of the state of `Math.random`. */
  readonly seedAt: number;
}

/** Where in the context the state of `Math.random` is looked for, in bytes. */
const CONTEXT_BYTES = 4096;

/**
 * Copies an instance's memory; undefined if the state of `Math.random` is not found in it.
 *
 * @param random calls `Math.random` in the instance
 */
export function captureImage(api: QuickJsExports, scratch: number, random: () => void): InstanceImage | undefined {
  const context = api.qjs_get_context_ptr();
  const before = new DataView(api.memory.buffer.slice(context, context + CONTEXT_BYTES));
  random();
  const { buffer } = api.memory;
  const after = new DataView(buffer, context);
  for (let at = 0; at <= before.byteLength - 8; at += 8) {
    const state = before.getBigUint64(at, true);
    if (state === 0n || nextState(state) !== after.getBigUint64(at, true)) continue;
    const stackPointer = api.__stack_pointer.value;
    return { memory: captureMemory(api.memory), stackPointer, scratch, seedAt: context + at };
  }
  return undefined;
}

function nextState(state: bigint): bigint {
  let x = state;
  x ^= x >> 12n;
  x = BigInt.asUintN(64, x ^ (x << 25n));
  return x ^ (x >> 27n);
}

/** Gives a new instance an image's memory, and a random seed of its own. */
export function restoreImage(api: QuickJsExports, image: InstanceImage): void {
  restoreMemory(api.memory, image.memory);
  begin(api, image);
}

/** The same for one in which something has run: nothing of that is left. */
export function rewindImage(api: QuickJsExports, image: InstanceImage): void {
  rewindMemory(api.memory, image.memory);
  begin(api, image);
}

function begin(api: QuickJsExports, image: InstanceImage): void {
  api.__stack_pointer.value = image.stackPointer;
  const seed = new Uint8Array(api.memory.buffer, image.seedAt, 8);
  fillRandom(seed);
  // xorshift64* stays at zero for ever if it begins there.
  seed[0] = (seed[0] as number) | 1;
}
