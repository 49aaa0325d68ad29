import type { ReadableStream, TransformStream, WritableStream } from 'node:stream/web';
import type { MessagePort } from 'node:worker_threads';
import { perThread } from './per-thread.js';

/** What can be handed over to another thread instead of being copied. */
export type Transferable = ArrayBuffer | MessagePort | ReadableStream | WritableStream | TransformStream;

/** Whether a buffer was handed over already, and is empty for good. */
export function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

const lists = perThread('transfer', () => new WeakMap<object, readonly Transferable[]>());

/**
 * Marks what is to be handed over with a module task's result instead of being copied.
 *
 * @example
 * ```ts
 * export default function () {
 *   const pixels = new Uint8Array(1_000_000);
 *   return transfer({ pixels }, [pixels.buffer]);
 * }
 * ```
 */
export function transfer<T extends object>(value: T, list: readonly Transferable[]): T {
  lists.set(value, list);
  return value;
}

/** What {@link transfer} marked. */
export function transferListOf(value: unknown): readonly Transferable[] {
  return (typeof value === 'object' && value !== null && lists.get(value)) || [];
}
