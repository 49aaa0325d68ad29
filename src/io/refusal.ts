import { StintError } from '../errors/stint-error.js';

/** The error for a call that cannot be made in this state: a second read at once, a closed handle. */
export function misuse(message: string): StintError {
  return new StintError('INVALID_ARGUMENT', message);
}

/** The error for what the outside world, or a bound, refuses. It has no cause: a cause would cross to the script. */
export function failure(message: string): StintError {
  return new StintError('SCRIPT_ERROR', message);
}

/** The error for what the permissions do not allow. `remedy` says what would allow it. */
export function denied(what: string, why: string, remedy: string): StintError {
  return new StintError('PERMISSION_DENIED', `${what} is not permitted: ${why}; ${remedy}`);
}
