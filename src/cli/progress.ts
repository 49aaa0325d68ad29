/** One line about several tasks, on standard error, if that is a terminal. */
export class Progress {
  readonly #total: number;
  readonly #enabled = process.stderr.isTTY === true;
  readonly #counts = new Map<string, number>();
  #shown = false;

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
    if (!this.#enabled) return;
    const parts = [...this.#counts].filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`);
    process.stderr.write(`\r\x1b[2K${parts.join(', ')} (of ${this.#total})`);
    this.#shown = true;
  }

  /** Takes the line away, so that something else can be printed. */
  clear(): void {
    if (this.#shown) process.stderr.write('\r\x1b[2K');
    this.#shown = false;
  }
}
