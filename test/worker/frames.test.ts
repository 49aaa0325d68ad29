import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader } from '#stint/worker/frames';
import { SharedBuffers } from '#stint/worker/shared-buffers';

const MESSAGES = [1, 'ä'.repeat(300), { list: [1n, new Map([[1, new Uint8Array([1, 2])]])] }, undefined, 'end'];
const SHORT = [
  [0, 1, -0, Number.NaN, Number.NEGATIVE_INFINITY, true, false, null, undefined, '', 'ä'],
  [7, new Uint8Array(1024).fill(7)],
  [new Uint8Array(16 * 1024).fill(1)],
  [8],
  [],
];

const copying = new SharedBuffers(() => undefined);
const FORM = {
  shorten: (message: unknown): unknown[] | undefined => (Array.isArray(message) ? message : undefined),
  lengthen: (values: unknown[]): unknown => values,
};
const encode = (message: unknown): Buffer => encodeFrame(message, FORM, copying);

/** What a reader makes of bytes that come in pieces of so many. */
function read(bytes: Buffer, size: number): unknown[] {
  const messages: unknown[] = [];
  const reader = new FrameReader<unknown>(FORM, copying, (message) => messages.push(message));
  for (let i = 0; i < bytes.length; i += size) reader.add(bytes.subarray(i, i + size));
  return messages;
}

describe('frames', () => {
  it.each([1, 2, 3, 5, 7, 64, 100_000])('are put together from pieces of %i bytes', (size) => {
    const messages = [...MESSAGES, ...SHORT, ...MESSAGES];
    expect(read(Buffer.concat(messages.map(encode)), size)).toEqual(messages);
  });

  it('are short where the message is, and as V8 has it where that is too long', () => {
    expect(encode([1, 'short']).length).toBeLessThan(64);
    for (const long of [['x'.repeat(201)], ['漢'], [new Uint8Array(16 * 1024 + 1)], Array(21).fill(1), [{ a: 1 }]]) {
      expect(read(encode(long), 1000)).toEqual([long]);
    }
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
    expect(() => read(frame, 100)).toThrow(/no message/);
    const tooLong = Buffer.alloc(4 + 17 * 1024);
    tooLong.writeUInt32LE(17 * 1024);
    expect(() => read(tooLong, 100_000)).toThrow(/no message/);
  });

  it('of any bytes are refused, or say nothing that was in another one', () => {
    read(encode([0, 'secret', new TextEncoder().encode('secret'.repeat(100))]), 1000);
    let seed = 1;
    for (let round = 0; round < 2000; round += 1) {
      const frame = Buffer.alloc(4 + (round % 300));
      for (let i = 4; i < frame.length; i += 1) {
        seed = (seed * 48_271) % 0x7fffffff;
        frame[i] = i < 26 ? seed % 24 : seed;
      }
      frame.writeUInt32LE(frame.length - 4);
      try {
        expect(Buffer.from(String(read(frame, 1000))).includes('secret')).toBe(false);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).name).not.toBe('AssertionError');
      }
    }
  });
});
