import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { StintError } from '#stint/errors/stint-error';
import { copyValue } from '#stint/values/copy-value';
import { MAX_DEPTH, MAX_VALUES } from '#stint/values/value';

function refusalOf(value: unknown): string {
  try {
    copyValue(value, 'args[0]');
  } catch (error) {
    if (error instanceof StintError && error.code === 'VALUE_NOT_TRANSFERABLE') return error.message;
    throw error;
  }
  return 'accepted';
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i += 1) value = [value];
  return value;
}

describe('copyValue', () => {
  it('copies everything that may cross', () => {
    const value = {
      a: [1, -0, Number.NaN, 'ü', 12n, null, undefined, true],
      b: { c: new Date(5) },
      d: new Uint8Array([1, 2]),
    };
    const copy = copyValue(value, 'x');
    expect(copy).toEqual(value);
    expect(copy).not.toBe(value);
    expect((copy as typeof value).d.buffer).not.toBe(value.d.buffer);
  });

  it('accepts plain objects of another realm and without prototype', () => {
    expect(copyValue(runInNewContext('({ a: [1] })'), 'x')).toEqual({ a: [1] });
    expect(copyValue(Object.assign(Object.create(null), { a: 1 }), 'x')).toEqual({ a: 1 });
  });

  it('keeps a key named __proto__ as a key', () => {
    const copy = copyValue(JSON.parse('{"__proto__": {"admin": true}}'), 'x') as object;
    expect(Object.keys(copy)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  });

  it('names the path to what cannot cross', () => {
    expect(refusalOf({ list: [1, { 'first name': () => 1 }] })).toContain('args[0].list[1]["first name"] cannot cross');
    expect(refusalOf(Symbol('s'))).toContain('a symbol');
    expect(refusalOf(new Map())).toContain('an object of a class');
    expect(refusalOf(new Proxy({}, {}))).toContain('a proxy');
  });

  it('refuses a cycle but not the same object twice', () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    expect(refusalOf(cyclic)).toContain('args[0].self cannot cross between script and host: it is a cycle');
    const shared = { a: 1 };
    expect(refusalOf([shared, shared])).toBe('accepted');
  });

  it('survives a getter that throws and reads each getter once', () => {
    const throwing = {
      get a(): number {
        throw new Error('no');
      },
    };
    expect(refusalOf(throwing)).toContain('args[0].a cannot cross between script and host: it is a getter that throws');
    let reads = 0;
    const counting = {
      get a() {
        reads += 1;
        return reads;
      },
    };
    expect(copyValue(counting, 'x')).toEqual({ a: 1 });
    expect(reads).toBe(1);
  });

  it(`takes ${MAX_DEPTH} levels and refuses more, 10,000 too`, () => {
    expect(refusalOf(nested(MAX_DEPTH))).toBe('accepted');
    expect(refusalOf(nested(MAX_DEPTH + 1))).toContain('nested deeper than');
    expect(refusalOf(nested(10_000))).toContain('nested deeper than');
  });

  it(`refuses more than ${MAX_VALUES} values without walking them`, () => {
    expect(refusalOf({ a: new Array(10_000_000).fill(1) })).toContain('args[0].a');
    expect(refusalOf(new Array(4_294_967_295))).toContain('4294967295 elements');
  });
});
