/** How a tool runs a program. */
export interface ExecuteOptions {
  /** What the program reads from its standard input. */
  readonly input?: string | Uint8Array;
  /** Where it runs: a directory below the policy's roots. Default: a scratch directory. */
  readonly cwd?: string;
}

/** What came of a program. */
export interface Executed {
  /** Its exit status; null if a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}
