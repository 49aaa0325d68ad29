import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ChildSettings, FromChild, ToChild } from './process-messages.js';

/** So many of the last characters that a process wrote to its standard error are kept, to say what it died of. */
const MOST_LAST_WORDS = 2000;

/** Sets the bound on the data of the process, then becomes the command. */
const BOUNDED = ['-c', 'ulimit -d "$0" && exec "$@"'];

/** A child process of stint's: launched, set up, and perhaps waiting for a host that needs it. */
export class LaunchedProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #lastWords = '';
  #onMessage: ((message: FromChild) => void) | undefined;
  #onExit: (() => void) | undefined;
  /** What it died of. */
  cause: Error | undefined;
  isGone = false;

  /**
   * @param memory bytes that the process may have as data
   * @param onReady called when it has its thread and its engines
   */
  constructor(settings: ChildSettings, memory: number, onReady: () => void) {
    this.#child = launch(memory);
    const { stderr } = this.#child;
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-MOST_LAST_WORDS);
      process.stderr.write(text);
    });
    this.#child.on('message', (messages: FromChild[]) => {
      for (const message of messages) {
        if (message.op === 'ready') onReady();
        this.#onMessage?.(message);
      }
    });
    this.#child.on('error', (error) => {
      this.cause ??= error;
      // One that was never there does not exit.
      if (this.#child.pid === undefined) this.#gone();
    });
    this.#exited = once(this.#child, 'close');
    this.#child.on('exit', (status, signal) => {
      this.cause ??= new Error(this.#whatHappened(status, signal));
      this.#gone();
    });
    this.keepAlive(false);
    this.send({ op: 'setup', settings });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Says who takes what it tells from now on, and who hears of its exit. */
  listen(onMessage: (message: FromChild) => void, onExit: () => void): void {
    this.#onMessage = onMessage;
    this.#onExit = onExit;
  }

  /** @throws Error if the message cannot be serialized */
  send(message: ToChild): void {
    // One that is on its way out hears nothing more: its exit says what there is to say.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  keepAlive(keep: boolean): void {
    const { channel, stderr } = this.#child;
    for (const handle of [this.#child, channel, stderr as unknown as { ref(): void; unref(): void }]) {
      if (keep) handle?.ref();
      else handle?.unref();
    }
  }

  /** Ends the process and all that it started; settles when it is gone. */
  async kill(): Promise<void> {
    if (this.isGone || this.pid === undefined) return;
    this.keepAlive(true);
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      // It is gone already, and its exit is on its way.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await this.#exited;
  }

  #gone(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#onExit?.();
  }

  #whatHappened(status: number | null, signal: string | null): string {
    const how = signal === null ? `its process exited with ${status}` : `its process was killed by ${signal}`;
    const words = this.#lastWords.trim();
    return words === '' ? how : `${how}: ${words}`;
  }
}

function launch(memory: number): ChildProcess {
  const entry = fileURLToPath(new URL('./process-entry.js', import.meta.url));
  const command = [process.execPath, entry];
  const [file = '', ...args] =
    process.platform === 'win32' ? command : ['/bin/sh', ...BOUNDED, String(Math.ceil(memory / 1024)), ...command];
  return spawn(file, args, {
    // Nothing of the host's environment is a task's business.
    env: {},
    // A group of its own: signals of the terminal are for the owner, and it is killed with all that it started.
    detached: true,
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
}
