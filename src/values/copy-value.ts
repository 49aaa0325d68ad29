import { types } from 'node:util';
import { describe } from '../errors/describe.js';
import { isStintError, StintError } from '../errors/stint-error.js';
import { childPath } from './path.js';
import { isDetached } from './transfer.js';
import { MAX_DEPTH, MAX_VALUES, type Value } from './value.js';

/**
 * Copies a value that is about to cross, and proves on the way that it may: a plain tree of what
 * {@link Value} lists, at most {@link MAX_DEPTH} levels and {@link MAX_VALUES} values.
 * Getters are read once, so what was checked is what crosses.
 *
 * @param path what the value is called in an error message, `args[0]` say
 * @throws StintError `VALUE_NOT_TRANSFERABLE` with the path to what cannot cross
 */
export function copyValue(value: unknown, path: string): Value {
  return told(copyValue, () => new Copier(MAX_DEPTH).copy(value, path, 0));
}

/** Copies values that cross together, arguments say: each of them may be nested to {@link MAX_DEPTH} levels. */
export function copyValues(values: readonly unknown[], path: string): Value[] {
  return told(copyValues, () => new Copier(MAX_DEPTH + 1).copy(values, path, 0) as Value[]);
}

/** Has the trace of a refusal begin with who asked for the copy: that of a deep value would hold nothing but the way into it. */
function told<T>(asked: typeof copyValue | typeof copyValues, copy: () => T): T {
  try {
    return copy();
  } catch (error) {
    if (isStintError(error)) Error.captureStackTrace(error, asked);
    throw error;
  }
}

class Copier {
  readonly #levels: number;
  readonly #ancestors = new Set<object>();
  #count = 0;

  constructor(levels: number) {
    this.#levels = levels;
  }

  copy(value: unknown, path: string, depth: number): Value {
    this.#count += 1;
    if (this.#count > MAX_VALUES) throw refusal(path, `more than ${MAX_VALUES} values in all`);
    switch (typeof value) {
      case 'undefined':
      case 'boolean':
      case 'number':
      case 'bigint':
      case 'string':
        return value;
      case 'object':
        return value === null ? null : this.#copyObject(value, path, depth);
      default:
        throw refusal(path, typeof value === 'symbol' ? `a symbol (${describe(value)})` : 'a function');
    }
  }

  #copyObject(value: object, path: string, depth: number): Value {
    if (types.isProxy(value)) throw refusal(path, 'a proxy');
    if (types.isUint8Array(value)) {
      if (isDetached(value.buffer)) throw refusal(path, 'a view of a buffer that was handed over already');
      return new Uint8Array(value);
    }
    if (types.isDate(value)) return new Date(Date.prototype.getTime.call(value));
    if (depth >= this.#levels) throw refusal(path, `nested deeper than ${MAX_DEPTH} levels`);
    if (this.#ancestors.has(value)) throw refusal(path, 'a cycle: it contains itself');
    this.#ancestors.add(value);
    const copy = Array.isArray(value) ? this.#copyArray(value, path, depth) : this.#copyRecord(value, path, depth);
    this.#ancestors.delete(value);
    return copy;
  }

  #copyArray(value: unknown[], path: string, depth: number): Value[] {
    // Checked before the loop: a sparse array of 2^32 places must not be walked first.
    if (this.#count + value.length > MAX_VALUES) {
      throw refusal(path, `an array of ${value.length} elements: more than ${MAX_VALUES} values in all`);
    }
    const copy: Value[] = new Array(value.length);
    for (let i = 0; i < value.length; i += 1) {
      const at = childPath(path, i);
      copy[i] = this.copy(read(value, i, at), at, depth + 1);
    }
    return copy;
  }

  #copyRecord(value: object, path: string, depth: number): Value {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && !isPlainPrototype(prototype)) {
      throw refusal(path, `an object of a class (${className(prototype)}); pass a plain object`);
    }
    const copy: { [key: string]: Value } = {};
    for (const key of Object.keys(value)) {
      const at = childPath(path, key);
      const item = this.copy(read(value, key, at), at, depth + 1);
      // Defined, not assigned: assigning to `__proto__` would set the prototype.
      Object.defineProperty(copy, key, { value: item, writable: true, enumerable: true, configurable: true });
    }
    return copy;
  }
}

/** True for `Object.prototype`, also that of another realm (a `vm` context, a test runner). */
function isPlainPrototype(prototype: unknown): boolean {
  if (prototype === Object.prototype) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty');
}

/** No more of the object than that: the message may be read by a script. */
function className(prototype: unknown): string {
  const maker = types.isProxy(prototype)
    ? undefined
    : Object.getOwnPropertyDescriptor(prototype as object, 'constructor')?.value;
  const name =
    typeof maker === 'function' && !types.isProxy(maker) && Object.getOwnPropertyDescriptor(maker, 'name')?.value;
  return typeof name === 'string' && name !== '' ? name : 'unnamed';
}

/** @throws StintError if it is a getter that throws */
export function read(holder: object, key: string | number, at: string): unknown {
  try {
    return Reflect.get(holder, key);
  } catch (error) {
    throw refusal(at, 'a getter that throws', error);
  }
}

/** The error for a part of a value that cannot cross. */
export function refusal(path: string, what: string, cause?: unknown): StintError {
  const details = cause === undefined ? {} : { cause };
  return new StintError(
    'VALUE_NOT_TRANSFERABLE',
    `${path} cannot cross between script and host: it is ${what}`,
    details,
  );
}
