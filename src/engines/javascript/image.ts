/**
 * The memory of a QuickJS instance in which the prelude has run, as others of the same module can start with it:
 * copying it costs a fraction of making a VM and evaluating the prelude again.
 *
 * The only thing that must not be copied is the state of `Math.random`, else all scripts would see the same
 * numbers. It is found by what a call does to it: QuickJS uses xorshift64* (Vigna, "An experimental
 * exploration of Marsaglia's xorshift generators, scrambled").
 */
import { randomFillSync } from 'node:crypto';
import type { QuickJsExports } from './exports.js';

/** See the top of the file. */
export interface InstanceImage {
  /** The parts of the memory that are not zero: a new memory is, and pages that nobody writes to cost nothing. */
  readonly parts: readonly { readonly at: number; readonly bytes: Uint8Array }[];
  /** The size of the memory, in bytes. */
  readonly size: number;
  readonly stackPointer: number;
  /** The address of the instance's scratch memory. */
  readonly scratch: number;
  /** The address of the state of `Math.random`. */
  readonly seedAt: number;
}

const PAGE = 65_536;
/** What is looked at as one: a page of most machines. Divides {@link PAGE}. */
const PART = 4096;
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
    return { parts: partsOf(buffer), size: buffer.byteLength, stackPointer, scratch, seedAt: context + at };
  }
  return undefined;
}

function partsOf(buffer: ArrayBuffer): InstanceImage['parts'] {
  const parts: { at: number; bytes: Uint8Array }[] = [];
  for (let at = 0; at < buffer.byteLength; at += PART) {
    const bytes = new Uint8Array(buffer, at, PART);
    if (bytes.some((byte) => byte !== 0)) parts.push({ at, bytes: bytes.slice() });
  }
  return parts;
}

function nextState(state: bigint): bigint {
  let x = state;
  x ^= x >> 12n;
  x = BigInt.asUintN(64, x ^ (x << 25n));
  return x ^ (x >> 27n);
}

/** Gives a new instance an image's memory, and a random seed of its own. */
export function restoreImage(api: QuickJsExports, image: InstanceImage): void {
  const missing = image.size - api.memory.buffer.byteLength;
  if (missing > 0) api.memory.grow(missing / PAGE);
  const { buffer } = api.memory;
  const memory = new Uint8Array(buffer);
  for (const { at, bytes } of image.parts) memory.set(bytes, at);
  api.__stack_pointer.value = image.stackPointer;
  const seed = new Uint8Array(buffer, image.seedAt, 8);
  randomFillSync(seed);
  // xorshift64* stays at zero for ever if it begins there.
  seed[0] = (seed[0] as number) | 1;
}
