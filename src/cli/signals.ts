import { EXIT } from './exit-status.js';

/** What the signals did while a command ran. */
export interface SignalWatch extends Disposable {
  /** The exit status that a signal asked for, undefined if none came. */
  readonly status: number | undefined;
}

const SIGTERM_STATUS = 143;

/**
 * Has the first SIGINT or SIGTERM end the work in good order, and the second one end the process at once.
 *
 * @param end makes the work end
 */
export function watchSignals(end: () => void): SignalWatch {
  let status: number | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    if (status !== undefined) process.exit(status);
    status = signal === 'SIGTERM' ? SIGTERM_STATUS : EXIT.interrupted;
    process.stderr.write(
      `\nstint: stopping; ${signal === 'SIGINT' ? 'press Ctrl-C again' : 'send it again'} to end at once\n`,
    );
    end();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    get status() {
      return status;
    },
    [Symbol.dispose]() {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}

/** Ends the process when all has been written, whatever tools have left behind in it: a timer, a socket. */
export async function endWith(status: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }
  process.exit(status);
}

/**
 * A reader that went away (`stint run ... | head`) ends the command quietly; a full disk ends it with an error. What cannot be told on standard
 * error is told nowhere: the command goes on.
 */
export function endOnBrokenOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.completed);
    process.stderr.write(`stint: cannot write to standard output: ${error.message}\n`);
    process.exit(EXIT.runtime);
  });
  process.stderr.on('error', () => undefined);
}

/** Readers that went away, of the log on standard error say, do not end the process. */
export function goOnWithoutReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
