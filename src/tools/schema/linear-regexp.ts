import { RE2JS } from 're2js';
import { messageOf } from '../../errors/describe.js';

/** As far as Ajv uses a regular expression. */
interface Tester {
  test(text: string): boolean;
  toString(): string;
}

/** What the patterns of a schema may look at in one check, in characters: about a quarter of a second. */
export const MOST_MATCHED = 256 * 1024;

/** A value has more text for patterns than is looked at. */
export class TooMuchToMatch extends Error {}

let left = 0;

/** Runs a check, whose patterns together look at no more than {@link MOST_MATCHED} characters. @throws TooMuchToMatch */
export function boundedMatching<T>(check: () => T): T {
  left = MOST_MATCHED;
  return check();
}

/**
 * The regular expressions of schemas: matched in time linear in the text, as RE2 does, so that no text from outside can make one last.
 * What that cannot do (references back, looking around) is refused with the schema.
 */
export function linearRegExp(pattern: string): Tester {
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    return {
      test(text) {
        left -= text.length;
        if (left < 0) throw new TooMuchToMatch();
        return compiled.matcher(text).find();
      },
      // Ajv tells patterns from each other by their texts.
      toString: () => `linear:${pattern}`,
    };
  } catch (error) {
    throw new Error(
      `the pattern ${JSON.stringify(pattern)} cannot be matched in linear time (${messageOf(error)}); write it without references back and without looking around`,
    );
  }
}
linearRegExp.code = 'linearRegExp';
