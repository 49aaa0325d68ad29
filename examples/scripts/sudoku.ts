// Solves sudoku puzzles, from a newspaper's to some that take people hours, and proves that each has
// one solution only.
// Shows: sets of digits as bits of a number, backtracking with a recursive generator that takes the
// most constrained cell first.

const [text = ''] = args;

/** Nine bits: bit d - 1 is set while digit d is possible. */
type Digits = number;

interface Puzzle {
  readonly name: string;
  readonly cells: readonly number[];
}

/** A puzzle on its way to be solved. */
interface Grid {
  /** The digit in each of the 81 cells; 0 while it is empty. */
  readonly cells: readonly number[];
  /** What each cell can still hold, as far as its row, column and box tell. */
  readonly possible: readonly Digits[];
}

const ALL: Digits = 0b111_111_111;

/** How many digits a set of digits has. */
const SIZES = Array.from({ length: ALL + 1 }, (_, digits) => digits.toString(2).replaceAll('0', '').length);

const CELLS = Array.from({ length: 81 }, (_, cell) => cell);
const rowOf = (cell: number): number => Math.floor(cell / 9);
const columnOf = (cell: number): number => cell % 9;
const boxOf = (cell: number): number => Math.floor(cell / 27) * 3 + Math.floor((cell % 9) / 3);
const UNITS = [rowOf, columnOf, boxOf];

/** For each cell the 20 others that cannot hold the same digit. */
const PEERS = CELLS.map((cell) =>
  CELLS.filter((other) => other !== cell && UNITS.some((unitOf) => unitOf(other) === unitOf(cell))),
);

function readPuzzles(lines: string): Puzzle[] {
  return lines
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', cells = ''] = line.match(/^(.*?)\s+([.\d]{81})$/) ?? [];
      if (cells === '') throw new Error(`not a puzzle: ${line}`);
      return { name, cells: Array.from(cells, (cell) => (cell === '.' ? 0 : Number(cell))) };
    });
}

/** The grid with one more cell filled. */
function place({ cells, possible }: Grid, cell: number, digit: number): Grid {
  const fewer = [...possible];
  const others = ~(1 << (digit - 1));
  for (const peer of PEERS[cell] ?? []) fewer[peer] = (fewer[peer] ?? 0) & others;
  return { cells: cells.with(cell, digit), possible: fewer };
}

/** The empty cell with the fewest possible digits; undefined when all are filled. */
function hardestCell({ cells, possible }: Grid): number | undefined {
  let hardest: number | undefined;
  let fewest = 10;
  for (let cell = cells.indexOf(0); cell >= 0 && fewest > 1; cell = cells.indexOf(0, cell + 1)) {
    const size = SIZES[possible[cell] ?? 0] ?? 0;
    if (size < fewest) {
      hardest = cell;
      fewest = size;
    }
  }
  return hardest;
}

/** Gives every solution; those who want to know whether there is a second one go on asking. */
function* solutions(grid: Grid, count: { guesses: number }): Generator<readonly number[]> {
  const cell = hardestCell(grid);
  if (cell === undefined) {
    yield grid.cells;
    return;
  }
  const digits = grid.possible[cell] ?? 0;
  for (let digit = 1; digit <= 9; digit += 1) {
    if ((digits & (1 << (digit - 1))) === 0) continue;
    if ((SIZES[digits] ?? 0) > 1) count.guesses += 1;
    yield* solutions(place(grid, cell, digit), count);
  }
}

function solve({ name, cells }: Puzzle): { solution: readonly number[]; guesses: number } {
  let grid: Grid = { cells: CELLS.map(() => 0), possible: CELLS.map(() => ALL) };
  for (const [cell, digit] of cells.entries()) {
    if (digit !== 0) grid = place(grid, cell, digit);
  }
  const count = { guesses: 0 };
  const [solution, another] = solutions(grid, count);
  if (solution === undefined) throw new Error(`${name}: no solution`);
  if (another !== undefined) throw new Error(`${name}: more than one solution`);
  return { solution, guesses: count.guesses };
}

/** Checks a solution by the rules alone, without anything of the solver. */
function check({ name, cells }: Puzzle, solution: readonly number[]): void {
  if (cells.some((given, cell) => given !== 0 && given !== solution[cell])) throw new Error(`${name}: a given changed`);
  for (const unitOf of UNITS) {
    const seen = new Set(solution.map((digit, cell) => `${unitOf(cell)} ${digit}`));
    if (seen.size !== 81) throw new Error(`${name}: a digit occurs twice`);
  }
}

const puzzles = readPuzzles(text);
const solved = puzzles.map((puzzle) => {
  const { solution, guesses } = solve(puzzle);
  check(puzzle, solution);
  return { name: puzzle.name, givens: puzzle.cells.filter((cell) => cell !== 0).length, solution, guesses };
});

for (const { name, givens, solution, guesses } of solved) {
  console.log(
    `${name.padEnd(18)} ${givens} given, ${String(guesses).padStart(5)} guesses, top row ${solution.slice(0, 9).join(' ')}`,
  );
}
const last = solved.at(-1);
if (last !== undefined) {
  console.log(`"${last.name}", solved:`);
  for (let row = 0; row < 9; row += 1) {
    const digits = last.solution.slice(row * 9, row * 9 + 9).join(' ');
    console.log(`  ${digits.slice(0, 6)}| ${digits.slice(6, 12)}| ${digits.slice(12)}`);
  }
}

export default solved.map(({ name, solution, guesses }) => ({ name, guesses, solution: solution.join('') }));
