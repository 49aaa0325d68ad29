import { RE2JS } from 're2js';
import { messageOf } from '../../errors/describe.js';

/** As far as Ajv uses a regular expression. */
interface Tester {
  test(text: string): boolean;
  toString(): string;
}

/**
 * The regular expressions of schemas: matched in time linear in the text, as RE2 does, so that no text from outside can make one last.
 * What that cannot do (references back, looking around) is refused with the schema.
 */
export function linearRegExp(pattern: string): Tester {
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    // Ajv tells patterns from each other by their texts.
    return { test: (text) => compiled.matcher(text).find(), toString: () => `linear:${pattern}` };
  } catch (error) {
    throw new Error(
      `the pattern ${JSON.stringify(pattern)} cannot be matched in linear time (${messageOf(error)}); write it without references back and without looking around`,
    );
  }
}
linearRegExp.code = 'linearRegExp';
