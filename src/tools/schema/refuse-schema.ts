import { createRequire } from 'node:module';
import { messageOf } from '../../errors/describe.js';
import { invalid } from '../../errors/invalid.js';
import { subschemas } from './subschemas.js';

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

/** What JavaScript's expressions can, and those that are matched in linear time cannot: references back, looking around, much repetition. */
const DOUBTFUL = /\\[1-9k]|\(\?(?:<?[=!])|\{\d*,?\d{4,}/;

/**
 * Refuses a JSON Schema that cannot be used: unknown types, and patterns that are none, or that cannot be matched in linear time. It does so without
 * compiling it: most tools of a program are never called.
 *
 * @throws StintError `INVALID_ARGUMENT`
 */
export function refuseSchema(schema: object, name: string): void {
  for (const [{ type, pattern, patternProperties }, path] of subschemas(schema, name)) {
    const types = Array.isArray(type) ? type : [type];
    if (type !== undefined && !types.every((one) => TYPES.includes(one as string))) {
      throw invalid(`${path}.type`, type, `one of ${TYPES.join(', ')}, or an array of them`);
    }
    if (pattern !== undefined) refusePattern(pattern, `${path}.pattern`);
    for (const key of Object.keys(patternProperties ?? {})) refusePattern(key, `a name in ${path}.patternProperties`);
  }
}

function refusePattern(pattern: unknown, name: string): void {
  if (typeof pattern !== 'string') throw invalid(name, pattern, 'a regular expression, as text');
  if (!DOUBTFUL.test(pattern) && isExpression(pattern)) return;
  const { RE2JS } = createRequire(import.meta.url)('re2js') as typeof import('re2js');
  try {
    RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (error) {
    throw invalid(
      name,
      pattern,
      `an expression that can be matched in linear time, without references back and without looking around (${messageOf(error)})`,
    );
  }
}

function isExpression(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
