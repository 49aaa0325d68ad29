import { reading, wrongInput } from '../refusal.js';

interface Question {
  readonly text: string;
  readonly pattern: string;
  readonly flags: string;
  readonly replacement: string;
  readonly limit: number;
}

/** Characters that replacements may bring in all. */
const LONGEST = 16_000_000;

export function match({ text, limit, ...question }: Question) {
  const matches = [];
  for (const found of text.matchAll(compile(question))) {
    if (matches.length === limit) return { truncated: true, matches };
    const [whole, ...groups] = found;
    const named = Object.entries(found.groups ?? {}).filter(([, value]) => value !== undefined);
    matches.push({
      text: whole,
      index: found.index,
      groups: groups.map((group) => group ?? null),
      named: Object.fromEntries(named),
    });
  }
  return { truncated: false, matches };
}

export function replace({ text, replacement, limit, ...question }: Question) {
  let [count, added] = [0, 0];
  const changed = text.replace(compile(question), (...found) => {
    count += 1;
    if (count > limit) return found[0];
    const made = expanded(replacement, found);
    added += made.length;
    if (added > LONGEST) throw wrongInput('replacement', `it makes the text longer than ${LONGEST} characters`);
    return made;
  });
  return { truncated: count > limit, text: changed };
}

export function split({ text, limit, ...question }: Question) {
  const parts = text.split(compile(question), limit + 1).map((part) => part ?? '');
  return { truncated: parts.length > limit, parts: parts.slice(0, limit) };
}

function compile({ pattern, flags }: Pick<Question, 'pattern' | 'flags'>): RegExp {
  return reading('pattern', () => new RegExp(pattern, `g${flags}`));
}

/** What a replacement stands for at one match, as JavaScript has it: $$, $&, $1 and $<name>; what stands for nothing stays. */
function expanded(replacement: string, found: unknown[]): string {
  const last = found.at(-1);
  const named = typeof last === 'object' ? (last as Record<string, string | undefined>) : undefined;
  // The groups, undefined where there was no match, and then the place.
  const most = found.findIndex((part) => typeof part === 'number') - 1;
  const isGroup = (digits: string) => Number(digits) >= 1 && Number(digits) <= most;
  return replacement.replace(
    /\$(?:([$&])|(\d)(\d?)|<([^>]*)>)/g,
    (as, sign?: string, digit = '', second = '', name?: string) => {
      if (sign !== undefined) return sign === '$' ? '$' : String(found[0]);
      if (name !== undefined) return named === undefined ? as : (named[name] ?? '');
      if (second !== '' && isGroup(digit + second)) return String(found[Number(digit + second)] ?? '');
      return isGroup(digit) ? String(found[Number(digit)] ?? '') + second : as;
    },
  );
}
