/**
 * Guest code: runs inside QuickJS, before the script. Takes the built-in functions that the prelude uses, so
 * that a script which replaces them changes its own world only.
 *
 * Each `make...` function of this folder is sent to the VM as its own source text. So it must be closed: it uses
 * its parameters and language built-ins and nothing of its module. After it has returned, its code must
 * not call a method of a value (`text.slice()`), iterate with `for of` or spread, or write to an array index: a
 * script may have replaced what these reach. It uses what is captured here, and objects without a prototype.
 */
export function makePrimordials() {
  const { bind, call } = Function.prototype;
  /** `uncurry(String.prototype.slice)(text, 1)` is `text.slice(1)` with the built-in `slice`. */
  const uncurry = bind.bind(call as never) as unknown as (fn: unknown) => (self: unknown, ...args: unknown[]) => never;
  const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
  const getter = (holder: object, key: PropertyKey) => uncurry(Object.getOwnPropertyDescriptor(holder, key)?.get);
  return {
    __proto__: null,
    ObjectPrototype: Object.prototype,
    InternalErrorPrototype: (globalThis as unknown as { InternalError: ErrorConstructor }).InternalError.prototype,
    Uint8Array,
    Date,
    BigInt,
    Error,
    TypeError,
    RangeError,
    Promise,
    Proxy,
    WeakMap,
    dateNow: Date.now,
    define: Object.defineProperty,
    create: Object.create as (prototype: object) => object,
    weakMapGet: uncurry(WeakMap.prototype.get) as (map: object, key: object) => unknown,
    weakMapSet: uncurry(WeakMap.prototype.set) as (map: object, key: object, value: unknown) => void,
    quote: JSON.stringify as (text: string) => string,
    parse: JSON.parse as (text: string) => unknown,
    keys: Object.keys,
    ownKeys: Reflect.ownKeys,
    describeProperty: Object.getOwnPropertyDescriptor,
    prototypeOf: Object.getPrototypeOf as (value: object) => object | null,
    timeOf: uncurry(Date.prototype.getTime) as (date: Date) => number,
    isoText: uncurry(Date.prototype.toISOString) as (date: Date) => string,
    bigIntText: uncurry(BigInt.prototype.toString) as (value: bigint, radix: number) => string,
    symbolText: uncurry(Symbol.prototype.toString) as (value: symbol) => string,
    regExpText: uncurry(RegExp.prototype.toString) as (value: object) => string,
    functionText: uncurry(Function.prototype.toString) as (value: unknown) => string,
    slice: uncurry(String.prototype.slice) as (text: string, from: number, to?: number) => string,
    indexOf: uncurry(String.prototype.indexOf) as (text: string, part: string) => number,
    lowerCase: uncurry(String.prototype.toLowerCase) as (text: string) => string,
    join: uncurry(Array.prototype.join) as (list: unknown[], separator: string) => string,
    mapForEach: uncurry(Map.prototype.forEach) as (map: object, visit: (value: unknown, key: unknown) => void) => void,
    setForEach: uncurry(Set.prototype.forEach) as (set: object, visit: (value: unknown) => void) => void,
    mapSize: getter(Map.prototype, 'size') as (map: object) => number,
    setSize: getter(Set.prototype, 'size') as (set: object) => number,
    typedArrayLength: getter(typedArray, 'length') as (array: object) => number,
    typedArrayName: getter(typedArray, Symbol.toStringTag) as (value: unknown) => string | undefined,
  };
}

/** What {@link makePrimordials} makes. */
export type Primordials = ReturnType<typeof makePrimordials>;

/** The number of the engine's internal class of an object, 0 for what is no object. Asks the host: runs no guest code. */
export type ClassOf = (value: unknown) => number;
