import { describe, expect, it } from 'vitest';
import { buffersOf } from '#stint/values/buffers-of';

describe('the buffers in a value', () => {
  it('are found once each, wherever a structured clone may have them', () => {
    const [a, b, c, d, e] = Array.from({ length: 5 }, () => new ArrayBuffer(8)) as [ArrayBuffer, ...ArrayBuffer[]];
    const value: unknown[] = [
      a,
      new Uint8Array(a as ArrayBuffer),
      { deep: [{ view: new DataView(b as ArrayBuffer) }] },
    ];
    value.push(new Map([[{ key: c }, new Set([new Float64Array(d as ArrayBuffer)])]]), value, 'text', null, undefined);
    expect(new Set(buffersOf([value, e]))).toEqual(new Set([a, b, c, d, e]));
    expect(buffersOf([value, e])).toHaveLength(5);
  });

  it('are none where the memory is shared, or nothing is binary', () => {
    expect(buffersOf([new SharedArrayBuffer(8), new Uint8Array(new SharedArrayBuffer(8)), { a: 1 }, 5n])).toEqual([]);
  });

  it('are looked for among a bounded number of values', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => ({ i }));
    expect(buffersOf([...many, new ArrayBuffer(8)])).toEqual([]);
  });
});
