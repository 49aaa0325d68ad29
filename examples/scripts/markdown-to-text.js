// Renders Markdown as plain text for a terminal: headings, wrapped paragraphs, nested lists, quotes,
// code, tables and links.
// Shows: a line-based block parser, one small renderer for each kind of block, regular expressions.

const [markdown] = args;

const WIDTH = 72;

/** Takes the marks of emphasis, code and links away; a link's address goes to `links`. */
function inline(text, links) {
  return text
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, label, address) => `${label} [${links.push(address)}]`)
    .replace(/\*\*(.+?)\*\*/g, (_, strong) => strong.toUpperCase())
    .replace(/\*(.+?)\*/g, '_$1_')
    .replace(/`([^`]+)`/g, "'$1'");
}

/** Breaks a text into lines of at most `width` characters; the first gets `first` in front, the others `rest`. */
function wrap(text, width, first = '', rest = first) {
  const lines = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/)) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}

/** The kinds of blocks, tried in this order. Each takes lines for as long as `takes` says so. */
const BLOCKS = [
  { kind: 'code', starts: /^\s*```/, takes: ({ lines }) => lines.length === 1 || !/^\s*```/.test(lines.at(-1)) },
  { kind: 'heading', starts: /^#+ /, takes: () => false },
  { kind: 'rule', starts: /^---+$/, takes: () => false },
  { kind: 'table', starts: /^\|/, takes: ({ line }) => line.startsWith('|') },
  { kind: 'quote', starts: /^>/, takes: ({ line }) => line.startsWith('>') },
  {
    kind: 'item',
    starts: /^\s*(?:-|\d+\.) /,
    takes: ({ line }) => /^\s+[^\s-]/.test(line) && !/^\s*(?:\d+\. |```)/.test(line),
  },
  { kind: 'paragraph', starts: /./, takes: ({ line }) => line !== '' },
];

function parseBlocks(source) {
  const blocks = [];
  let block;
  for (const line of source.split('\n')) {
    if (block?.takes({ line, lines: block.lines })) {
      block.lines.push(line);
    } else {
      const found = BLOCKS.find(({ starts }) => starts.test(line));
      block = found && { kind: found.kind, takes: found.takes, lines: [line] };
      if (block) blocks.push(block);
    }
  }
  return blocks;
}

const cellsOf = (row) =>
  row
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());

/** How each kind of block looks, as lines. */
const RENDER = {
  heading([line], links) {
    const [, marks, title] = line.match(/^(#+) (.*)$/);
    const text = inline(title, links);
    return [text, (marks.length === 1 ? '=' : '-').repeat(text.length)];
  },
  paragraph: (lines, links) => wrap(inline(lines.join(' '), links), WIDTH),
  quote: (lines, links) => wrap(inline(lines.map((line) => line.replace(/^> ?/, '')).join(' '), links), WIDTH, '  | '),
  code: (lines) => lines.slice(1, -1).map((line) => `      ${line.trim()}`),
  rule: () => ['-'.repeat(WIDTH)],
  item(lines, links) {
    const [, indent, mark, text] = lines.join(' ').match(/^(\s*)(-|\d+\.) (.*)$/);
    const lead = `${indent}  ${mark === '-' ? '*' : mark} `;
    return wrap(inline(text, links), WIDTH, lead, ' '.repeat(lead.length));
  },
  table([header, alignments, ...rows], links) {
    const table = [header, ...rows].map((row) => cellsOf(row).map((cell) => inline(cell, links)));
    const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
    const toRight = cellsOf(alignments).map((cell) => /^-+:$/.test(cell));
    const align = (cell, column) => (toRight[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]));
    const lines = table.map((row) => `  ${row.map(align).join('   ')}`);
    lines.splice(1, 0, `  ${widths.map((width) => '-'.repeat(width)).join('   ')}`);
    return lines;
  },
};

/** Renders all blocks, with an empty line between two, except within a list. */
function render(source) {
  const links = [];
  const lines = [];
  let previous;
  for (const { kind, lines: block } of parseBlocks(source)) {
    if (previous !== undefined && !(kind === 'item' && previous === 'item')) lines.push('');
    lines.push(...RENDER[kind](block, links));
    previous = kind;
  }
  if (links.length > 0) lines.push('', ...links.map((address, i) => `[${i + 1}] ${address}`));
  return lines;
}

const lines = render(markdown);

const tooLong = lines.find((line) => line.length > WIDTH);
if (tooLong !== undefined) throw new Error(`a line is longer than ${WIDTH}: ${tooLong}`);

// Rendering may drop marks, never words.
const letters = (text) => text.toLowerCase().replace(/[^a-z]/g, '');
const plain = letters(markdown.replace(/\]\([^)]+\)/g, ']').replace(/```/g, ''));
const rendered = letters(lines.filter((line) => !line.startsWith('[1]')).join(''));
if (plain !== rendered) throw new Error('words were lost or added');

console.log(lines.slice(0, 12).join('\n'));
console.log(`... and ${lines.length - 12} lines more`);

({
  lines: lines.length,
  widest: Math.max(...lines.map((line) => line.length)),
  table: lines.filter((line) => line.includes(' %')),
});
