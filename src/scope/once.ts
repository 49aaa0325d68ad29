/** Work that is done once: who asks for it again shares what came of it. Only if it failed it can be tried again. */
export class Once<T> {
  readonly #work: () => Promise<T>;
  #begun: Promise<T> | undefined;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  /** Whether it is being done, or has been. */
  get begun(): boolean {
    return this.#begun !== undefined;
  }

  do(): Promise<T> {
    this.#begun ??= this.#work().catch((error: unknown) => {
      this.#begun = undefined;
      throw error;
    });
    return this.#begun;
  }
}
