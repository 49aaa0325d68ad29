import type { Outcome } from './outcome.js';

/**
 * An outcome, for those who want it.
 *
 * Promises are made when they are first asked for: most callers want one of the two, and a result that nobody wants is to
 * reject nowhere.
 */
export class Announcement {
  #final: Outcome | undefined;
  #outcome: Promise<Outcome> | undefined;
  #tellOutcome: ((outcome: Outcome) => void) | undefined;
  #result: Promise<unknown> | undefined;
  #resolveResult: ((value: unknown) => void) | undefined;
  #rejectResult: ((error: unknown) => void) | undefined;

  /** As soon as it is known. */
  get final(): Outcome | undefined {
    return this.#final;
  }

  get outcome(): Promise<Outcome> {
    this.#outcome ??= new Promise((resolve) => {
      if (this.#final === undefined) this.#tellOutcome = resolve;
      else resolve(this.#final);
    });
    return this.#outcome;
  }

  /** The outcome's value, or a rejection with its error. */
  get result(): Promise<unknown> {
    if (this.#result === undefined) {
      this.#result = new Promise((resolve, reject) => {
        this.#resolveResult = resolve;
        this.#rejectResult = reject;
      });
      if (this.#final !== undefined) this.#tellResult(this.#final);
    }
    return this.#result;
  }

  /** To be called once. */
  make(outcome: Outcome): void {
    this.#final = outcome;
    this.#tellOutcome?.(outcome);
    this.#tellResult(outcome);
  }

  #tellResult({ error, value }: Outcome): void {
    if (error === undefined) this.#resolveResult?.(value);
    else this.#rejectResult?.(error);
  }
}
