/** The strings and the numbers of a text that is JSON. */
const JSON_PART = /"(?:[^"\\]+|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** What `JSON.parse` reads. @throws Error also for a number that it would change */
export function readJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  for (const [part] of text.matchAll(JSON_PART)) {
    if (part.startsWith('"')) continue;
    const number = Number(part);
    if (/[.eE]/.test(part) ? Number.isFinite(number) : Number.isSafeInteger(number)) continue;
    throw tooLarge(part);
  }
  return value;
}

/**
 * What a document of YAML says, as JSON has it: numbers in place of integers of any size, lists in place of sets, Base64 in place of bytes.
 *
 * @throws Error for an integer that no number is
 */
export function jsonValue(value: unknown, known = new Map<object, unknown>()): unknown {
  if (typeof value === 'bigint') {
    if (Number.isSafeInteger(Number(value))) return Number(value);
    throw tooLarge(`${value}`);
  }
  if (typeof value !== 'object' || value === null) return value;
  const done = known.get(value);
  if (done !== undefined) return done;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    known.set(value, items);
    for (const item of value) items.push(jsonValue(item, known));
    return items;
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Set) return jsonValue([...value], known);
  if (!(value instanceof Map) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  const made: Record<string, unknown> = {};
  known.set(value, made);
  for (const [key, item] of value instanceof Map ? value : Object.entries(value)) {
    // Defined, not set: one may be called `__proto__`.
    const field = { value: jsonValue(item, known), enumerable: true, writable: true, configurable: true };
    Object.defineProperty(made, key, field);
  }
  return made;
}

/** For `JSON.stringify`: it would write null. */
export function finiteOnly(key: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  throw new Error(`${key === '' ? 'the value' : `'${key}'`} is ${value}, which cannot be written there`);
}

function tooLarge(number: string): Error {
  const shown = number.length > 40 ? `${number.slice(0, 40)}…` : number;
  return new Error(`the number ${shown} is too large to be kept as it is; write it as a text`);
}
