import { type Change, createTwoFilesPatch, diffChars, diffLines, diffWordsWithSpace } from 'diff';

interface Question {
  readonly before: string;
  readonly after: string;
  readonly by: 'lines' | 'words' | 'characters';
  readonly context: number;
  readonly name: string;
  readonly ignoreWhitespace: boolean;
}

export function compare(question: Question) {
  const { before, after, by, context, name, ignoreWhitespace } = question;
  const found = pieces[by](before, after, ignoreWhitespace);
  const changes = found.map(({ value, added, removed }) => ({
    kind: added ? ('added' as const) : removed ? ('removed' as const) : ('same' as const),
    text: value,
  }));
  const answer = {
    equal: changes.every(({ kind }) => kind === 'same'),
    added: total(found, 'added'),
    removed: total(found, 'removed'),
    changes,
  };
  if (by !== 'lines') return answer;
  const patch = createTwoFilesPatch(name, name, before, after, undefined, undefined, {
    context,
    ignoreWhitespace,
    stripTrailingCr: ignoreWhitespace,
  });
  return { ...answer, patch };
}

const pieces: Record<Question['by'], (before: string, after: string, ignoreWhitespace: boolean) => Change[]> = {
  lines: (before, after, ignoreWhitespace) => diffLines(before, after, { ignoreWhitespace }),
  words: (before, after) => diffWordsWithSpace(before, after),
  characters: (before, after) => diffChars(before, after),
};

function total(pieces: readonly Change[], kind: 'added' | 'removed'): number {
  return pieces.reduce((sum, piece) => sum + (piece[kind] ? piece.count : 0), 0);
}
