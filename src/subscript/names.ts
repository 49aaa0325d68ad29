import { invalid } from '../errors/invalid.js';
import { StintError } from '../errors/stint-error.js';

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MOST_NAMES = 1000;

/** Words of Lua, and globals of it that a script could not do without. */
const TAKEN = new Set(
  (
    'and break do else elseif end false for function goto if in local nil not or repeat return then true until while ' +
    '_G _ENV assert collectgarbage coroutine debug error getmetatable io ipairs load math next os pairs pcall print ' +
    'rawequal rawget rawlen rawset select setmetatable string table tonumber tostring type utf8 warn xpcall'
  ).split(' '),
);

/**
 * Reads a list of function names: an array, or a text with commas between them.
 *
 * @param name what the list is called in an error message
 * @throws StintError `INVALID_ARGUMENT`
 */
export function readNames(list: unknown, name: string): string[] {
  const items: unknown[] =
    typeof list === 'string' ? splitNames(list) : Array.isArray(list) ? list : wrongList(list, name);
  if (items.length > MOST_NAMES) {
    throw new StintError('INVALID_ARGUMENT', `${name} has ${items.length} names; the most are ${MOST_NAMES}`);
  }
  const names = new Set<string>();
  for (const item of items) {
    if (typeof item !== 'string' || !IDENTIFIER.test(item))
      throw invalid(name, item, 'names of Lua, such as UpdateProgress');
    if (TAKEN.has(item)) throw invalid(name, item, 'names that Lua does not use itself');
    names.add(item);
  }
  return [...names];
}

function splitNames(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function wrongList(list: unknown, name: string): never {
  throw invalid(name, list, "an array of names, or a text such as 'ConPrintf,UpdateProgress'");
}
