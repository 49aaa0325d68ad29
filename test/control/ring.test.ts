import { describe, expect, it } from 'vitest';
import { Ring } from '#stint/control/ring';
import { MOST_LAST_BYTES } from '#stint/control/short-messages';

const make = (): Ring => new Ring(new SharedArrayBuffer(Ring.BYTES));

/** That a message ends in these bytes; `toEqual` would look at them one by one. */
function expectBytes(message: unknown[] | undefined, ...expected: [...unknown[], Uint8Array]): void {
  expect(message?.slice(0, -1)).toEqual(expected.slice(0, -1));
  expect(Buffer.compare(message?.at(-1) as Uint8Array, expected.at(-1) as Uint8Array)).toBe(0);
}

describe('a ring', () => {
  it('gives messages in order, value by value as they were, over many laps', () => {
    const ring = make();
    const values = [0, -1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, true, false, null, undefined, '', 'text', 'ÿ\0'];
    for (let i = 0; i < 2000; i += 1) {
      expect(ring.write([i, ...values])).toBe(true);
      if (i % 3 === 2) for (let j = i - 2; j <= i; j += 1) expect(ring.take()).toEqual([j, ...values]);
    }
    ring.take();
    ring.take();
    expect(ring.take()).toBeUndefined();
    expect(ring.isEmpty).toBe(true);
  });

  it.each([
    ['an object', {}],
    ['a big integer', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol.iterator],
    ['a long text', 'x'.repeat(300)],
    ['a text beyond Latin-1', '…'],
  ])('refuses what is no short message, and is none the worse for it: %s', (_, value) => {
    const ring = make();
    expect(ring.write([1, value])).toBe(false);
    expect(ring.write(Array.from({ length: 40 }, () => 1))).toBe(false);
    expect(ring.write([1, 'x'.repeat(120), 'y'.repeat(120)])).toBe(false);
    expect(ring.isEmpty).toBe(true);
    expect(ring.write([1, 2])).toBe(true);
    expect(ring.peek()).toBe(1);
    expect(ring.take()).toEqual([1, 2]);
  });

  it('refuses when it is full, and takes more when there is room', () => {
    const ring = make();
    let written = 0;
    while (ring.write([written])) written += 1;
    expect(written).toBeGreaterThan(100);
    expect(ring.take()).toEqual([0]);
    expect(ring.write([written])).toBe(true);
    expect(ring.write([written])).toBe(false);
  });

  it('gives bytes as they were, of any length up to its most, over many laps', () => {
    const ring = make();
    const bytesOf = (i: number): Uint8Array => new Uint8Array((i * 37) % 2000).fill(i);
    for (let i = 0; i < 2000; i += 1) {
      expect(ring.write([i, 'text', bytesOf(i)])).toBe(true);
      expect(ring.write([i])).toBe(true);
      expect(ring.peek()).toBe(i);
      expectBytes(ring.take(), i, 'text', bytesOf(i));
      expect(ring.take()).toEqual([i]);
    }
    expect(ring.isEmpty).toBe(true);
    expect(ring.write([0, new Uint8Array(MOST_LAST_BYTES).fill(7)])).toBe(true);
    expect(ring.take()).toEqual([0, new Uint8Array(MOST_LAST_BYTES).fill(7)]);
    expect(ring.write([0, new Uint8Array(MOST_LAST_BYTES + 1)])).toBe(false);
    expect(ring.write([0, new Uint8Array(1), 1])).toBe(false);
    expect(ring.isEmpty).toBe(true);
  });

  it('refuses bytes for which it has no room in one piece, and keeps what it has', () => {
    const ring = make();
    let written = 0;
    while (ring.write([written, new Uint8Array(5000).fill(written)])) written += 1;
    expect(written).toBeGreaterThan(10);
    for (let i = 0; i < 1000; i += 1) {
      expectBytes(ring.take(), i, new Uint8Array(5000).fill(i));
      expect(ring.write([written, new Uint8Array(5000).fill(written)])).toBe(true);
      written += 1;
      if (!ring.write([written, new Uint8Array(5000).fill(written)])) continue;
      expect(ring.take()).toBeDefined();
      written += 1;
      i += 1;
    }
  });

  it('has a reader called once, and only if it is elsewhere', () => {
    const ring = make();
    expect(ring.wake()).toBe(true);
    expect(ring.wake()).toBe(false);
    ring.setElsewhere();
    expect(ring.wake()).toBe(true);
    ring.setAwake();
    expect(ring.wake()).toBe(false);
  });
});
