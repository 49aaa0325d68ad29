/** What the patterns and formats of a schema may look at in one check, in characters of a pattern: about a quarter of a second. */
export const MOST_MATCHED = 256 * 1024;

/** A value has more text for patterns and formats than is looked at. */
export class TooMuchToMatch extends Error {}

let left = 0;

/** Runs a check within the bound. @throws TooMuchToMatch */
export function boundedMatching<T>(check: () => T): T {
  left = MOST_MATCHED;
  return check();
}

/** Counts what is about to be looked at. @throws TooMuchToMatch */
export function count(characters: number): void {
  left -= characters;
  if (left < 0) throw new TooMuchToMatch();
}
