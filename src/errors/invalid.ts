import { describe } from './describe.js';
import { StintError } from './stint-error.js';

/** The error for an argument or option that is not what it has to be: `name is value; it must be expected`. */
export function invalid(name: string, value: unknown, expected: string): StintError {
  return new StintError('INVALID_ARGUMENT', `${name} is ${describe(value)}; it must be ${expected}`);
}
