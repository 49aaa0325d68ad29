/** One line about several tasks, on standard error, if that is a terminal. */
export class Progress {
  readonly #total: number;
  readonly #counts = new Map<string, number>();
  readonly #status = new Status();

  constructor(total: number) {
    this.#total = total;
  }

  /** Notes that a task came to this (`running`, or the kind of its outcome), from what it was before. */
  note(now: string, before?: string): void {
    if (before !== undefined) this.#counts.set(before, (this.#counts.get(before) ?? 0) - 1);
    this.#counts.set(now, (this.#counts.get(now) ?? 0) + 1);
    this.show();
  }

  show(): void {
    const parts = [...this.#counts].filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`);
    this.#status.show(`${parts.join(', ')} (of ${this.#total})`);
  }

  /** Takes the line away, so that something else can be printed. */
  clear(): void {
    this.#status.clear();
  }
}

/** A terminal that does not say how wide it is, in columns. */
const USUAL_WIDTH = 80;

/** One line about what is going on, on standard error, if that is a terminal. Never two: only one could be taken away again. */
export class Status implements Disposable {
  readonly #enabled = process.stderr.isTTY === true;
  #shown = false;

  show(text: string): void {
    if (!this.#enabled) return;
    // A line that fills the last column wraps in some terminals.
    const width = (process.stderr.columns || USUAL_WIDTH) - 1;
    process.stderr.write(`\r\x1b[2K${text.slice(0, width)}`);
    this.#shown = true;
  }

  /** Takes the line away, so that something else can be printed. */
  clear(): void {
    if (this.#shown) process.stderr.write('\r\x1b[2K');
    this.#shown = false;
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}
