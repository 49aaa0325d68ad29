import { failure } from './refusal.js';

/**
 * Counts the bytes that the host holds for one script outside its VM: writes that wait and HTTP bodies. All together are
 * bounded as one of them is, or a script would multiply its memory by the number of its connections.
 */
export class HeldBytes {
  readonly most: number;
  #held = 0;

  constructor(most: number) {
    this.most = most;
  }

  /** @throws StintError `SCRIPT_ERROR` that begins with `what` */
  take(bytes: number, what: string): void {
    if (this.#held + bytes > this.most) {
      throw failure(
        `${what}: more than ${this.most} bytes would be held outside the script, in bodies and waiting writes together`,
      );
    }
    this.#held += bytes;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}
