import { isUtf8 } from 'node:buffer';
import { refusal } from '../../values/copy-value.js';
import { childPath } from '../../values/path.js';
import { MAX_DEPTH, MAX_VALUES, type Value } from '../../values/value.js';
import type { LuaCell } from './cell.js';
import { formatFloat } from './format-float.js';
import { REGISTRY, TYPE } from './lua-api.js';
import { EMPTY_ARRAY } from './push-value.js';

const TYPE_NAMES: Record<number, string | undefined> = {
  [TYPE.lightUserdata]: 'a userdata',
  [TYPE.function]: 'a function',
  [TYPE.userdata]: 'a userdata',
  [TYPE.thread]: 'a coroutine',
};

/** A stop came while a value was being read. */
export class ReadingStopped extends Error {
  constructor() {
    super('stopped while a value was being read');
  }
}

/**
 * Reads Lua values as values of the host. Nothing in it allocates in Lua or runs code of the script:
 * no metamethod, no finalizer.
 */
export class ValueReader {
  readonly #cell: LuaCell;
  readonly #L: number;
  /** The tables that are being read; made with the first of them. */
  #ancestors: Set<number> | undefined;
  #count = 0;

  constructor(cell: LuaCell, L: number) {
    this.#cell = cell;
    this.#L = L;
  }

  /**
   * The value at this (positive) index of the stack.
   *
   * @param path what the value is called in an error message
   * @throws StintError `VALUE_NOT_TRANSFERABLE` with the path to what cannot cross; ReadingStopped
   */
  read(index: number, path: string, depth = 0): Value {
    this.#count += 1;
    if (this.#count > MAX_VALUES) throw refusal(path, `more than ${MAX_VALUES} values in all`);
    // A large result takes a while, in which no code of Lua runs that a hook could end.
    if (this.#cell.stopping) throw new ReadingStopped();
    const { api } = this.#cell;
    const type = api.lua_type(this.#L, index);
    switch (type) {
      case TYPE.nil:
        return null;
      case TYPE.boolean:
        return api.lua_toboolean(this.#L, index) !== 0;
      case TYPE.number:
        return this.#number(index);
      case TYPE.string:
        return this.#string(index);
      case TYPE.table:
        return this.#table(index, path, depth);
      default:
        throw refusal(path, TYPE_NAMES[type] ?? 'of an unknown type');
    }
  }

  #number(index: number): number | bigint {
    const { api } = this.#cell;
    if (api.lua_isinteger(this.#L, index) === 0) return api.lua_tonumberx(this.#L, index, 0);
    const integer = api.lua_tointegerx(this.#L, index, 0);
    const number = Number(integer);
    return Number.isSafeInteger(number) ? number : integer;
  }

  #string(index: number): string | Uint8Array {
    const bytes = this.#cell.string(this.#L, index);
    return isUtf8(bytes) ? bytes.toString('utf8') : Uint8Array.from(bytes);
  }

  #table(index: number, path: string, depth: number): Value {
    const { api } = this.#cell;
    if (depth >= MAX_DEPTH) throw refusal(path, `nested deeper than ${MAX_DEPTH} levels`);
    const pointer = api.lua_topointer(this.#L, index);
    this.#ancestors ??= new Set();
    if (this.#ancestors.has(pointer)) throw refusal(path, 'a cycle: it contains itself');
    if (api.lua_checkstack(this.#L, 8) === 0) throw refusal(path, 'nested deeper than its memory limit allows');
    this.#ancestors.add(pointer);
    const entries = this.#entries(index, path, depth);
    this.#ancestors.delete(pointer);
    if (entries.length === 0) return this.#isEmptyArray(index) ? [] : {};
    return asArray(entries) ?? asRecord(entries, path);
  }

  #entries(index: number, path: string, depth: number): Entry[] {
    const { api } = this.#cell;
    const entries: Entry[] = [];
    api.lua_pushnil(this.#L);
    const key = api.lua_gettop(this.#L);
    while (api.lua_next(this.#L, index) !== 0) {
      const name = this.#key(key, path);
      entries.push([name, this.read(key + 1, childPath(path, name), depth + 1)]);
      api.lua_settop(this.#L, key);
    }
    return entries;
  }

  /** A number key stays a number while it may be the index of an array. */
  #key(index: number, path: string): string | number {
    const { api } = this.#cell;
    switch (api.lua_type(this.#L, index)) {
      case TYPE.number: {
        if (api.lua_isinteger(this.#L, index) === 0) return formatFloat(api.lua_tonumberx(this.#L, index, 0));
        const key = this.#number(index);
        return typeof key === 'number' ? key : String(key);
      }
      case TYPE.string: {
        const key = this.#string(index);
        if (typeof key === 'string') return key;
        throw refusal(path, 'a table with a key that is not UTF-8');
      }
      case TYPE.boolean:
        throw refusal(path, 'a table with a boolean as a key');
      default:
        throw refusal(path, `a table with ${TYPE_NAMES[api.lua_type(this.#L, index)] ?? 'a table'} as a key`);
    }
  }

  #isEmptyArray(index: number): boolean {
    const { api } = this.#cell;
    if (api.lua_getmetatable(this.#L, index) === 0) return false;
    api.lua_rawgetp(this.#L, REGISTRY, this.#cell.constant(EMPTY_ARRAY));
    const equal = api.lua_rawequal(this.#L, -1, -2) !== 0;
    api.lua_settop(this.#L, -3);
    return equal;
  }
}

type Entry = [key: string | number, value: Value];

/** The entries as an array if their keys are exactly 1 to n. */
function asArray(entries: readonly Entry[]): Value[] | undefined {
  const array: Value[] = new Array(entries.length);
  for (const [key, value] of entries) {
    // Keys are distinct: n of them within 1 to n are all of them.
    if (typeof key !== 'number' || key < 1 || key > entries.length) return undefined;
    array[key - 1] = value;
  }
  return array;
}

function asRecord(entries: readonly Entry[], path: string): { [key: string]: Value } {
  const record: { [key: string]: Value } = {};
  for (const [key, value] of entries) {
    if (Object.hasOwn(record, key)) throw refusal(path, `a table with both a number and a text '${key}' as a key`);
    // Defined, not assigned: assigning to `__proto__` would set the prototype.
    Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return record;
}
