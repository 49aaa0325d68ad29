import type { Measurement } from './measurement.js';

/** What a suite is given in each of its runs. */
export interface SuiteContext {
  /** Whether there are seconds rather than minutes. */
  readonly quick: boolean;
  /** Chooses how many: what the suite is about in full, and what is enough for a quick look. */
  size(full: number, quick: number): number;
  /** Tells of a row. */
  row(row: RowOf): void;
}

/** A {@link Measurement} of which what is usual may be left out: lower is better, no targets. */
export type RowOf = Omit<Measurement, 'better' | 'targets'> & Partial<Pick<Measurement, 'better' | 'targets'>>;

/** A group of rows that are measured together, in a process of their own. */
export interface Suite {
  readonly title: string;
  /** What it is about, in a sentence or two. */
  readonly about: string;
  run(context: SuiteContext): Promise<void>;
}

/** Collects the rows of one run. */
export class RowCollector implements SuiteContext {
  readonly rows: Measurement[] = [];
  readonly quick: boolean;

  constructor(quick: boolean) {
    this.quick = quick;
  }

  size(full: number, quick: number): number {
    return this.quick ? quick : full;
  }

  row(row: RowOf): void {
    if (row.values.length === 0 || !row.values.every(Number.isFinite)) {
      throw new RangeError(`the row '${row.id}' has values that are no numbers, or none at all`);
    }
    this.rows.push({ better: 'lower', targets: [], ...row });
  }
}
