// Compares two versions of a text line by line, and changed lines word by word.
// Shows: the longest common subsequence by dynamic programming, typed arrays, two arguments.

const [before, after] = args;

/**
 * The shortest list of edits that turns one list into the other: each is `{ kind: '=' | '-' | '+', item }`.
 */
function diff(a, b) {
  const width = b.length + 1;
  // lengths[i * width + j]: how long the longest common subsequence of a from i and b from j is.
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? lengths[(i + 1) * width + j + 1] + 1
          : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const edits = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      edits.push({ kind: '=', item: a[i] });
      i += 1;
      j += 1;
    } else if (j === b.length || (i < a.length && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])) {
      edits.push({ kind: '-', item: a[i] });
      i += 1;
    } else {
      edits.push({ kind: '+', item: b[j] });
      j += 1;
    }
  }
  return edits;
}

/** One side of a list of edits. */
function side(edits, kind) {
  return edits.filter((edit) => edit.kind === '=' || edit.kind === kind).map((edit) => edit.item);
}

/** Groups edits into runs without an unchanged line in between. */
function hunks(edits) {
  const runs = [];
  let run;
  for (const { kind, item } of edits) {
    if (kind === '=') {
      run = undefined;
    } else {
      if (run === undefined) {
        run = { removed: [], added: [] };
        runs.push(run);
      }
      (kind === '-' ? run.removed : run.added).push(item);
    }
  }
  return runs;
}

const words = (line) => line.split(' ');

/** Two lines are versions of one if they have more than half of their words in common. */
function isReworded(oldLine, newLine) {
  const [a, b] = [words(oldLine), words(newLine)];
  const common = diff(a, b).filter((edit) => edit.kind === '=').length;
  return 2 * common > (a.length + b.length) / 2;
}

const MARKS = { '=': ['', ''], '-': ['[-', '-]'], '+': ['{+', '+}'] };

/** Marks what changed within a line: `[-gone-]`, `{+come+}`. */
function markWords(oldLine, newLine) {
  const marked = diff(words(oldLine), words(newLine)).map(({ kind, item }) => {
    const [open, close] = MARKS[kind];
    return `${open}${item}${close}`;
  });
  return marked.join(' ').replaceAll('-] [-', ' ').replaceAll('+} {+', ' ');
}

const oldLines = before.trimEnd().split('\n');
const newLines = after.trimEnd().split('\n');
const edits = diff(oldLines, newLines);

// Applied to the old text, the edits must give the new one; taken back, the old one again.
if (side(edits, '+').join('\n') !== newLines.join('\n')) throw new Error('the edits do not give the new text');
if (side(edits, '-').join('\n') !== oldLines.join('\n')) throw new Error('the edits do not start from the old text');

const count = (kind) => edits.filter((edit) => edit.kind === kind).length;
let reworded = 0;

console.log(`${count('=')} lines stayed, ${count('-')} went, ${count('+')} came`);
for (const { removed, added } of hunks(edits)) {
  for (const line of removed) {
    const match = added.findIndex((candidate) => isReworded(line, candidate));
    if (match >= 0) {
      reworded += 1;
      console.log(`~ ${markWords(line, added[match])}`);
      added.splice(match, 1);
    } else {
      console.log(`- ${line}`);
    }
  }
  for (const line of added) console.log(`+ ${line}`);
}

({ stayed: count('='), removed: count('-'), added: count('+'), reworded });
