import { describe, expect, it } from 'vitest';
import { fromJsonForm, toJsonForm } from '#stint/values/json-form';
import type { Value } from '#stint/values/value';

const through = (value: Value): Value => fromJsonForm(JSON.parse(JSON.stringify(toJsonForm(value))));

describe('the JSON form of a value', () => {
  it.each([
    [null],
    [true],
    [1.5],
    ['text'],
    [2n ** 80n],
    [-(2n ** 63n)],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [-0],
    [Uint8Array.of()],
    [Uint8Array.of(0, 127, 255)],
    [new Date(0)],
    [[1, [2n, [new Date(5)]]]],
    [{ a: { b: { c: 1n } } }],
    [{ $bytes: 'no bytes' }],
    [{ $plain: { $bigint: 1n } }],
    [{ $number: 'NaN', and: 'more' }],
    [[{ $date: new Date(1) }]],
  ] as [Value][])('of %o is the value again', (value) => {
    expect(through(value)).toStrictEqual(value);
  });

  it('keeps what needs no other form as it is, uncopied', () => {
    const value = { a: [1, 'x', { b: null }] };
    expect(toJsonForm(value)).toBe(value);
    expect(fromJsonForm(value)).toBe(value);
  });

  it('keeps a key __proto__ a key', () => {
    const value = fromJsonForm(JSON.parse('{"__proto__":{"x":{"$bigint":"1"}}}')) as Record<string, unknown>;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it.each([
    [{ $bigint: 'x' }],
    [{ $bigint: 1 }],
    [{ $bytes: '***' }],
    [{ $date: 'never' }],
    [{ $number: '1' }],
    [{ $plain: 1 }],
    [{ $bigint: '9'.repeat(2000) }],
  ])('that is none is refused: %o', (form) => {
    expect(() => fromJsonForm(form)).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
  });

  it('that is nested too deep is refused, before the stack is exhausted', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(() => fromJsonForm(deep)).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
  });
});
