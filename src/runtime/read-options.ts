import { invalid } from '../errors/invalid.js';
import { readProperty } from '../errors/read-property.js';
import { StintError } from '../errors/stint-error.js';

/** Reads one option: returns what it stands for, or throws `INVALID_ARGUMENT`. */
export type OptionReader<T> = (value: unknown, name: string) => T;

/**
 * Takes the known options out of an object. Each is read once, so that what was checked is what is used.
 *
 * @param name what the object is called in error messages: `options`
 * @throws StintError `INVALID_ARGUMENT` for a value that is not an object, for an unknown key, and for
 * whatever a reader refuses
 */
export function readOptions<T extends Record<string, unknown>>(
  value: unknown,
  name: string,
  readers: { [K in keyof T]-?: OptionReader<T[K]> },
): { [K in keyof T]?: T[K] } {
  const result: { [K in keyof T]?: T[K] } = {};
  if (value === undefined) return result;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(name, value, 'an object');
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(readers, key)) {
      const known = Object.keys(readers).join(', ') || 'none';
      throw new StintError('INVALID_ARGUMENT', `${name}.${key} is not an option; the options are ${known}`);
    }
    const item = readProperty(value, key, name);
    if (item !== undefined) result[key as keyof T] = readers[key as keyof T](item, `${name}.${key}`);
  }
  return result;
}

/** A whole number between two bounds. */
export function wholeNumber(least: number, most: number): OptionReader<number> {
  return (value, name) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw invalid(name, value, `a whole number from ${least} to ${most}`);
    }
    return value;
  };
}

/** A text that is not empty. */
export const text: OptionReader<string> = (value, name) => {
  if (typeof value !== 'string' || value === '') throw invalid(name, value, 'a text that is not empty');
  return value;
};

/** One of some texts. */
export function oneOf<T extends string>(...choices: T[]): OptionReader<T> {
  return (value, name) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw invalid(name, value, choices.map((candidate) => `'${candidate}'`).join(' or '));
    return choice;
  };
}

/** Takes a value as it is: it is checked where it is used. */
export const anything: OptionReader<unknown> = (value) => value;

export function readBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw invalid(name, value, 'true or false');
  return value;
}

export function readSignal(value: unknown, name: string): AbortSignal {
  if (!(value instanceof AbortSignal)) throw invalid(name, value, 'an AbortSignal');
  return value;
}

export function readFunction<T>(value: unknown, name: string): T {
  if (typeof value !== 'function') throw invalid(name, value, 'a function');
  return value as T;
}
