import { isStintError } from '../errors/stint-error.js';
import { copyValue } from '../values/copy-value.js';
import type { Value } from '../values/value.js';
import { inputError } from './failure.js';

/** Copies the input of a call. @throws StintError `TOOL_INPUT` with the path to what cannot cross */
export function copyInput(tool: string, input: unknown): Value {
  try {
    return copyValue(input, 'input');
  } catch (error) {
    if (!isStintError(error)) throw error;
    throw inputError(tool, error.message);
  }
}
