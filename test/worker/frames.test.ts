import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader } from '#stint/worker/frames';
import { SharedBuffers } from '#stint/worker/shared-buffers';

const MESSAGES = [1, 'ä'.repeat(300), { list: [1n, new Map([[1, new Uint8Array([1, 2])]])] }, undefined, 'end'];

const copying = new SharedBuffers(() => undefined);
const encode = (message: unknown): Buffer => encodeFrame(message, copying);

/** What a reader makes of bytes that come in pieces of so many. */
function read(bytes: Buffer, size: number): unknown[] {
  const messages: unknown[] = [];
  const reader = new FrameReader(copying, (message) => messages.push(message));
  for (let i = 0; i < bytes.length; i += size) reader.add(bytes.subarray(i, i + size));
  return messages;
}

describe('frames', () => {
  it.each([1, 2, 3, 5, 7, 64, 100_000])('are put together from pieces of %i bytes', (size) => {
    expect(read(Buffer.concat(MESSAGES.map(encode)), size)).toEqual(MESSAGES);
  });

  it('are given out while the rest is still to come', () => {
    const [first, second] = ['first', 'second'].map(encode) as [Buffer, Buffer];
    expect(read(Buffer.concat([first, second.subarray(0, -1)]), 4)).toEqual(['first']);
  });

  it('refuse what cannot be cloned', () => {
    expect(() => encode({ f: () => 1 })).toThrow(/could not be cloned/);
  });

  it('refuse a length that no message has, and bytes that are none', () => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(2 ** 31);
    expect(() => read(length, 4)).toThrow(RangeError);
    const frame = Buffer.concat([Buffer.from([4, 0, 0, 0]), Buffer.from('none')]);
    expect(() => read(frame, 100)).toThrow();
  });
});
