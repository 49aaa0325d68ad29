import { describe } from './describe.js';
import { StintError } from './stint-error.js';

/** The error for an argument or option that is not what it has to be: `name is value; it must be expected`. */
export function invalid(name: string, value: unknown, expected: string): StintError {
  return new StintError('INVALID_ARGUMENT', `${name} is ${describe(value)}; it must be ${expected}`);
}

/** Refuses options that there are not: misspelt, they would change nothing, and nobody would know. @throws StintError `INVALID_ARGUMENT` */
export function requireOptions(options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw invalid('options', options, 'an object');
  const other = Object.keys(options).find((key) => !known.includes(key));
  if (other === undefined) return;
  throw new StintError('INVALID_ARGUMENT', `options.${other} is not an option; the options are ${known.join(', ')}`);
}
