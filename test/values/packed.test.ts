import { describe, expect, it } from 'vitest';
import { pack, unpack } from '#stint/values/packed';

describe('values as bytes', () => {
  it('are what a structured clone would be', () => {
    const cycle: unknown[] = [1n, -0, Number.NaN, undefined, null, 'ü\0', new Date(5), /a+/gi, new RangeError('far')];
    cycle.push(cycle, new Map([[{ a: 1 }, new Set([1])]]), { deep: [[{}]] });
    expect(unpack(pack(cycle) as Uint8Array)).toEqual(structuredClone(cycle));
  });

  it('do not change with what they were made from', () => {
    const given = { name: 'then' };
    const bytes = pack([given]) as Uint8Array;
    given.name = 'now';
    expect([unpack(bytes), unpack(bytes)]).toEqual([[{ name: 'then' }], [{ name: 'then' }]]);
  });

  it.each<[string, unknown]>([
    ['views', new Uint8Array(4)],
    ['shared memory', new SharedArrayBuffer(4)],
    ['ports', new MessageChannel().port1],
    ['functions', () => 1],
    [
      'getters that throw',
      {
        get x() {
          throw new Error('no');
        },
      },
    ],
  ])('are none for %s', (_, value) => {
    expect(pack([{ value }])).toBeUndefined();
  });
});
