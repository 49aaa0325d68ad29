import { wrongInput } from '../refusal.js';

/**
 * A pattern of paths: `*` and `?` stand for what has no `/`, `**` for any directories, `{a,b}` for one of several. Without a `/` it is about
 * the last name of a path. Matched in time proportional to pattern times path, whatever they are.
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const alternatives = expand(pattern).map((one) =>
    (one.includes('/') ? one : `**/${one}`).replace(/^\/+/, '').split('/'),
  );
  return (path) => {
    const names = path.split('/');
    return alternatives.some((segments) => matchSegments(segments, names));
  };
}

const MOST_ALTERNATIVES = 100;

/** `a{b,c}d` is `abd` and `acd`. Braces are not nested. */
function expand(pattern: string): string[] {
  const match = /\{([^{}]*)\}/.exec(pattern);
  if (match === null) return [pattern];
  const [before, after] = [pattern.slice(0, match.index), pattern.slice(match.index + match[0].length)];
  const made: string[] = [];
  for (const choice of (match[1] as string).split(',')) made.push(...expand(`${before}${choice}${after}`));
  if (made.length > MOST_ALTERNATIVES)
    throw wrongInput('glob', `it stands for more than ${MOST_ALTERNATIVES} patterns`);
  return made;
}

function matchSegments(segments: readonly string[], names: readonly string[]): boolean {
  return matchWild(
    segments,
    names,
    (segment) => segment === '**',
    (segment, name) => matchWild([...segment], [...name], isStar, sameSign),
  );
}

const isStar = (sign: string) => sign === '*';
const sameSign = (sign: string, letter: string) => sign === '?' || sign === letter;

/** Goes back to the last wild item only, which is enough: what an earlier one could take, the last one can. */
function matchWild(
  pattern: readonly string[],
  items: readonly string[],
  wild: (item: string) => boolean,
  same: (one: string, other: string) => boolean,
): boolean {
  let [at, index, star, resume] = [0, 0, -1, 0];
  while (index < items.length) {
    const current = pattern[at];
    if (current !== undefined && wild(current)) {
      star = at;
      resume = index;
      at += 1;
    } else if (current !== undefined && same(current, items[index] as string)) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      resume += 1;
      index = resume;
      at = star + 1;
    } else return false;
  }
  return pattern.slice(at).every(wild);
}
