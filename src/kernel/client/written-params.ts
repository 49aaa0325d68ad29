import { invalid } from '../../errors/invalid.js';
import { copyInput } from '../../tools/copy-input.js';
import { copyValue, copyValues } from '../../values/copy-value.js';
import { toJsonForm } from '../../values/json-form.js';

/**
 * Parameters of a request in the form in which they are sent. What cannot cross is refused here as it is by a kernel in this process: JSON
 * would leave it out without a word, or make something else of it.
 *
 * @throws StintError `INVALID_ARGUMENT`, `VALUE_NOT_TRANSFERABLE`, `TOOL_INPUT`
 */
export function writtenParams(params: object): object {
  if (typeof params !== 'object' || params === null || Array.isArray(params))
    throw invalid('params', params, 'an object');
  const { name } = params as { name?: unknown };
  const written = Object.entries(params).map(([key, value]) => {
    if (key === 'arguments') return [key, copyInput(String(name), value)];
    if (key === 'args' && Array.isArray(value)) return [key, copyValues(value, key)];
    return [key, copyValue(value, `params.${key}`)];
  });
  return toJsonForm(Object.fromEntries(written)) as object;
}
