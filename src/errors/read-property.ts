import { messageOf } from './describe.js';
import { StintError } from './stint-error.js';

/** Reads a property; a getter that throws is an `INVALID_ARGUMENT`. */
export function readProperty(holder: object, key: string, name: string): unknown {
  try {
    return Reflect.get(holder, key);
  } catch (error) {
    throw new StintError('INVALID_ARGUMENT', `${name}.${key} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
