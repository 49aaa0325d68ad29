import type { ClassOf, Primordials } from './primordials.js';

/** What the encoder gives to the host: `text` (see wire.ts) and its byte arrays, or why the value cannot cross. */
export interface Encoded {
  text?: string;
  bytes: { [index: number]: Uint8Array };
  /** What is wrong, as for `refusal` of values/copy-value.ts. */
  refused?: string;
  /** For a refusal: the keys that lead to the part that is refused, as JSON. */
  keys?: string;
}

/**
 * Guest code (see primordials.ts): makes the function that turns a value of the script into text for the host.
 * The same checks as `copyValue` of values/copy-value.ts, made inside the VM: getters run here, under the limits of the script.
 * It takes the value, and how many levels it may have.
 */
export function makeEncoder(p: Primordials, classOf: ClassOf, maxDepth: number, maxValues: number) {
  const OBJECT = classOf({});
  const ARRAY = classOf([]);
  const DATE = classOf(new Date());
  const BYTES = classOf(new Uint8Array());
  const ERROR = classOf(new Error());
  const PROXY = classOf(new Proxy({}, {}));
  const refusal = { __proto__: null };

  const isOutOfMemory = (error: unknown) =>
    classOf(error) === ERROR && p.prototypeOf(error as object) === p.InternalErrorPrototype;

  return function encode(root: unknown, levels = maxDepth): Encoded {
    const encoded: Encoded = { __proto__: null, bytes: { __proto__: null } } as never;
    const path: { [depth: number]: string | number } = { __proto__: null } as never;
    const ancestors: { [depth: number]: object } = { __proto__: null } as never;
    let count = 0;
    let byteArrays = 0;

    const refuse = (what: string, depth: number): never => {
      encoded.refused = what;
      let keys = '[';
      for (let i = 0; i < depth; i += 1) keys += (i === 0 ? '' : ',') + p.quote(path[i] as string);
      encoded.keys = `${keys}]`;
      throw refusal;
    };

    const className = (value: object): string => {
      const prototype = p.prototypeOf(value);
      const maker = prototype === null ? undefined : p.describeProperty(prototype, 'constructor')?.value;
      const name = typeof maker === 'function' ? p.describeProperty(maker, 'name')?.value : undefined;
      return typeof name === 'string' && name !== '' ? name : 'unnamed';
    };

    const read = (holder: object, key: string | number, depth: number): unknown => {
      path[depth] = key;
      try {
        return (holder as never)[key];
      } catch (error) {
        if (isOutOfMemory(error)) throw error;
        return refuse('a getter that throws', depth + 1);
      }
    };

    const walk = (value: unknown, depth: number): string => {
      count += 1;
      if (count > maxValues) refuse(`more than ${maxValues} values in all`, depth);
      switch (typeof value) {
        case 'string':
          return p.quote(value);
        case 'number':
          if (value === 0) return 1 / value < 0 ? '["-0",2]' : '0';
          return value - value === 0 ? `${value}` : `["${value}",2]`;
        case 'boolean':
          return value ? 'true' : 'false';
        case 'undefined':
          return '[0,1]';
        case 'bigint':
          return `["${p.bigIntText(value, 16)}",3]`;
        case 'object':
          return value === null ? 'null' : walkObject(value, depth);
        default:
          return refuse(typeof value === 'symbol' ? 'a symbol' : 'a function', depth);
      }
    };

    const walkObject = (value: object, depth: number): string => {
      const kind = classOf(value);
      if (kind === PROXY) refuse('a proxy', depth);
      if (kind === DATE) {
        const time = p.timeOf(value as Date);
        return time - time === 0 ? `[${time},4]` : '[null,4]';
      }
      if (kind === BYTES) {
        encoded.bytes[byteArrays] = new p.Uint8Array(value as Uint8Array);
        byteArrays += 1;
        return `[${byteArrays - 1},5]`;
      }
      if (depth >= levels) refuse(`nested deeper than ${maxDepth} levels`, depth);
      for (let i = 0; i < depth; i += 1) if (ancestors[i] === value) refuse('a cycle: it contains itself', depth);
      ancestors[depth] = value;
      if (kind === ARRAY) return walkArray(value as unknown[], depth);
      const prototype = p.prototypeOf(value);
      if (kind !== OBJECT || (prototype !== null && prototype !== p.ObjectPrototype)) {
        refuse(`an object of a class (${className(value)}); pass a plain object`, depth);
      }
      return walkRecord(value, depth);
    };

    const walkArray = (value: unknown[], depth: number): string => {
      const length = value.length;
      // Before the loop: a sparse array of 2^32 places must not be walked first.
      if (count + length > maxValues) {
        refuse(`an array of ${length} elements: more than ${maxValues} values in all`, depth);
      }
      let text = '[';
      for (let i = 0; i < length; i += 1) text += `${walk(read(value, i, depth), depth + 1)},`;
      return `${text}0]`;
    };

    const walkRecord = (value: object, depth: number): string => {
      const keys = p.keys(value);
      let text = '{';
      for (let i = 0; i < keys.length; i += 1) {
        const key = keys[i] as string;
        text += `${(i === 0 ? '' : ',') + p.quote(key)}:${walk(read(value, key, depth), depth + 1)}`;
      }
      return `${text}}`;
    };

    try {
      encoded.text = walk(root, 0);
    } catch (error) {
      if (error !== refusal) throw error;
    }
    return encoded;
  };
}
