import { messageOf } from './describe.js';
import { isError } from './is-error.js';

/**
 * Something thrown, as plain data: a structured clone of an `Error` loses its class, its `code`, its own properties and
 * `AggregateError.errors`, and runs its getters.
 */
export interface Thrown {
  /** What was thrown if it was no error. */
  value?: unknown;
  name?: string;
  message: string;
  stack?: string;
  /** Own properties that can be cloned, `code` among them. */
  properties?: Record<string, unknown>;
  cause?: Thrown;
  errors?: Thrown[];
}

/** How deep causes and the errors of errors are followed, and how many there may be on each level. */
const MOST_LEVELS = 8;
const MOST_ERRORS = 100;

/** The classes that an error keeps on its way: those that every thread has. */
const CLASSES: Readonly<Record<string, ErrorConstructor>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/**
 * Packs what was thrown. Never throws, whatever getters it has.
 *
 * @param shorten what is kept of each stack
 */
export function packThrown(thrown: unknown, shorten: (stack: string) => string = (stack) => stack, level = 0): Thrown {
  if (!isError(thrown)) {
    const message = safely(() => messageOf(thrown)) ?? 'something that cannot be shown';
    return isPlain(thrown) ? { value: thrown, message } : { message };
  }
  const packed: Thrown = { message: text(safely(() => thrown.message)) ?? '' };
  const name = text(safely(() => thrown.name));
  if (name !== undefined) packed.name = name;
  const stack = text(safely(() => thrown.stack));
  if (stack !== undefined) packed.stack = shorten(stack);
  const properties = ownProperties(thrown);
  if (Object.keys(properties).length > 0) packed.properties = properties;
  if (level >= MOST_LEVELS) return packed;
  const cause = safely(() => thrown.cause);
  if (cause !== undefined) packed.cause = packThrown(cause, shorten, level + 1);
  const errors = safely(() => (thrown as AggregateError).errors);
  if (Array.isArray(errors)) {
    packed.errors = errors.slice(0, MOST_ERRORS).map((error) => packThrown(error, shorten, level + 1));
  }
  return packed;
}

/** Makes an error of the same class again, if it is one that every thread has, else an `Error` of the same name. */
export function unpackThrown(packed: Thrown): unknown {
  if (packed.name === undefined) return 'value' in packed ? packed.value : new Error(packed.message);
  const { name, message, stack, properties, cause, errors } = packed;
  const error =
    errors === undefined
      ? new (CLASSES[name] ?? Error)(message)
      : new AggregateError(errors.map(unpackThrown), message);
  for (const [key, value] of Object.entries({ ...properties, name, stack })) {
    if (value === undefined || (key === 'name' && error.name === name)) continue;
    Object.defineProperty(error, key, {
      value,
      writable: true,
      configurable: true,
      enumerable: key in (properties ?? {}),
    });
  }
  if (cause !== undefined) {
    Object.defineProperty(error, 'cause', { value: unpackThrown(cause), writable: true, configurable: true });
  }
  return error;
}

function ownProperties(error: Error): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    if (key === 'cause' || key === 'errors') continue;
    const value = safely(() => Reflect.get(error, key));
    if (isPlain(value)) properties[key] = value;
  }
  return properties;
}

/** Whether a value crosses to another thread as what it is, without a look into it. */
function isPlain(value: unknown): boolean {
  return value === null || !['object', 'function', 'symbol', 'undefined'].includes(typeof value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function safely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // A getter of the thrown thing: there is nothing to say about what it threw.
    return undefined;
  }
}
