import type { LaunchedProcess } from './launched-process.js';

/** Keeps one child process ready, and rehearsed, so that one that dies is replaced at once. */
export class SpareProcess {
  readonly #launch: (onReady: () => void) => LaunchedProcess;
  #spare: LaunchedProcess | undefined;
  #closed = false;

  constructor(launch: (onReady: () => void) => LaunchedProcess) {
    this.#launch = launch;
  }

  /** The spare one, or, if there is none, one that is launched now. */
  take(): LaunchedProcess {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare === undefined || spare.isGone) return this.#launch(() => this.#prepare());
    this.#prepare();
    return spare;
  }

  /** Ends the spare; settles when it is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#spare?.kill();
  }

  /** Not before another one is ready: the first processes are not to wait for it. */
  #prepare(): void {
    if (this.#closed || this.#spare !== undefined) return;
    const spare = this.#launch(() => {
      if (this.#spare === spare) spare.rehearse();
    });
    this.#spare = spare;
    spare.listen(
      () => undefined,
      () => {
        if (this.#spare === spare) this.#spare = undefined;
      },
    );
  }
}
