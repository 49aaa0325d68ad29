import { types } from 'node:util';
import { serialize } from 'node:v8';
import { describe, messageOf } from '../errors/describe.js';
import { isStintError, StintError } from '../errors/stint-error.js';
import { read, refusal } from './copy-value.js';
import { childPath } from './path.js';
import { isDetached } from './transfer.js';
import { MAX_VALUES } from './value.js';

/** How deep a part is looked for. */
const MOST_LEVELS = 1000;

/**
 * The error for a value that could not be cloned, with the path to the part that cannot be. What a structured clone can hold is not blamed: a map, a date, a cycle.
 *
 * @param cause what the attempt threw
 */
export function whyNotTransferable(value: unknown, path: string, cause: unknown): StintError {
  // Between processes less can be cloned than between threads.
  for (const clone of [structuredClone, serialize]) {
    try {
      const reason = new Search(clone, cause).find(value, path, 0);
      if (reason !== undefined) return reason;
    } catch (error) {
      // A getter that throws.
      if (isStintError(error)) return error;
    }
  }
  return uncloneable(path, cause);
}

class Search {
  readonly #clone: (value: unknown) => unknown;
  readonly #cause: unknown;
  readonly #seen = new Set<object>();

  constructor(clone: (value: unknown) => unknown, cause: unknown) {
    this.#clone = clone;
    this.#cause = cause;
  }

  /** Why a value cannot be cloned; undefined if it can be, or if that takes too long to find out. */
  find(value: unknown, path: string, depth: number): StintError | undefined {
    if (typeof value === 'function') return refusal(path, 'a function');
    if (typeof value === 'symbol') return refusal(path, `a symbol (${describe(value)})`);
    if (typeof value !== 'object' || value === null) return undefined;
    if (this.#seen.has(value) || this.#seen.size > MAX_VALUES || depth > MOST_LEVELS) return undefined;
    this.#seen.add(value);
    if (types.isProxy(value)) return refusal(path, 'a proxy');
    if (types.isAnyArrayBuffer(value) && isDetached(value)) {
      return refusal(path, 'a buffer that was handed over already');
    }
    if (ArrayBuffer.isView(value)) {
      return isDetached(value.buffer) ? refusal(path, 'a view of a buffer that was handed over already') : undefined;
    }
    let isEmpty = true;
    for (const [at, part] of partsOf(value, path)) {
      isEmpty = false;
      const reason = this.find(part, at, depth + 1);
      if (reason !== undefined) return reason;
    }
    return isEmpty ? this.#findItself(value, path) : undefined;
  }

  /** What has no parts is what its class makes of it. */
  #findItself(value: object, path: string): StintError | undefined {
    try {
      this.#clone(value);
      return undefined;
    } catch {
      return uncloneable(path, this.#cause);
    }
  }
}

function* partsOf(value: object, path: string): Generator<[path: string, part: unknown]> {
  if (types.isMap(value)) {
    for (const [key, part] of value) {
      yield [`${path}.keys()`, key];
      yield [`${path}.get(${describe(key)})`, part];
    }
  } else if (types.isSet(value)) {
    for (const part of value) yield [`${path}.values()`, part];
  } else {
    for (const key of Object.keys(value)) {
      const at = childPath(path, Array.isArray(value) && String(Number(key)) === key ? Number(key) : key);
      yield [at, read(value, key, at)];
    }
  }
}

function uncloneable(path: string, cause: unknown): StintError {
  return new StintError('VALUE_NOT_TRANSFERABLE', `${path} cannot cross between threads: ${messageOf(cause)}`);
}
