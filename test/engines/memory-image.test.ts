import { describe, expect, it } from 'vitest';
import { captureMemory, restoreMemory, rewindMemory } from '#stint/engines/memory-image';

const PAGE = 65_536;

/** A memory with something in some places: at its ends, over a border of pages, and by itself. */
function written(pages: number): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: pages });
  const bytes = new Uint8Array(memory.buffer);
  bytes.fill(1, 0, 5000);
  bytes.fill(2, 2 * PAGE - 100, 2 * PAGE + 100);
  bytes[4 * PAGE + 7] = 3;
  bytes.fill(4, bytes.length - 1);
  return memory;
}

const held = ({ buffer }: WebAssembly.Memory): Buffer => Buffer.from(buffer);

describe('the image of a memory', () => {
  it('is what another memory begins with', () => {
    const original = written(6);
    const memory = new WebAssembly.Memory({ initial: 1 });
    restoreMemory(memory, captureMemory(original));
    expect(held(memory).equals(held(original))).toBe(true);
  });

  it.each([
    ['everywhere', () => true],
    ['in one place of each page', (at: number) => at % PAGE === 1234],
    ['at the last byte of each page', (at: number) => at % PAGE === PAGE - 1],
    ['nowhere', () => false],
  ])('is all that a memory holds when it is taken back, whatever was written %s', (_, isWritten) => {
    const original = written(6);
    const image = captureMemory(original);
    const memory = written(6);
    const bytes = new Uint8Array(memory.buffer);
    for (let at = 0; at < bytes.length; at += 1) if (isWritten(at)) bytes[at] = (at % 255) + 1;
    rewindMemory(memory, image);
    expect(held(memory).equals(held(original))).toBe(true);
  });
});
