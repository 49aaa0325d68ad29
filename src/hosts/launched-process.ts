import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { unpackThrown } from '../errors/thrown.js';
import { encodeFrame, FrameReader } from '../worker/frames.js';
import type { PipedMessage, ToHost } from '../worker/messages.js';
import type { ChildSettings, FromChild, ToChild } from './process-messages.js';

/** So many of the last characters that a process wrote to its standard error are kept, to say what it died of. */
const MOST_LAST_WORDS = 500;

/** What V8 says when it gives up; a long trace follows. */
const FATAL = /^FATAL ERROR: .*$/m;
const OUT_OF_MEMORY = /out of memory|allocation failed/i;

/** Node says so when it exits while the inspector is in use. Nobody has to wait for anything. */
const NOT_WORTH_SAYING = 'Waiting for the debugger to disconnect...\n';

/** Sets the bound on the data of the process, then becomes the command. */
const BOUNDED = ['-c', 'ulimit -d "$0" && exec "$@"'];

/** A child process of stint's: launched, set up, and perhaps waiting for a host that needs it. */
export class LaunchedProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #end = '';
  #lastWords = '';
  #fatal: string | undefined;
  readonly #reader: FrameReader;
  /** The pipes of its worker thread: what that is given, and what it tells. */
  readonly #given: Socket | undefined;
  readonly #told: Socket | undefined;
  #onMessage: ((message: ToHost) => void) | undefined;
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
    stderr?.setEncoding('utf8').on('data', (written: string) => {
      const text = written.replace(NOT_WORTH_SAYING, '');
      this.#lastWords = (this.#lastWords + text).slice(-MOST_LAST_WORDS);
      this.#fatal ??= FATAL.exec(text)?.[0];
      process.stderr.write(text);
    });
    this.#reader = new FrameReader((message) => this.#onMessage?.(message as ToHost));
    const [, , , , given, told] = this.#child.stdio as (Socket | undefined)[];
    this.#given = given;
    this.#told = told;
    // A process whose pipes break is of no use, if it is still there at all.
    for (const pipe of [given, told]) pipe?.on('error', () => void this.kill());
    told?.on('data', (piece) => this.#read(piece));
    this.#child.on('message', (message: FromChild) => {
      if (message.op === 'ready') onReady();
      else if (message.cause !== undefined) this.cause = unpackThrown(message.cause) as Error;
    });
    this.#child.on('error', (error) => {
      this.cause ??= error;
      // One that was never there does not exit.
      if (this.pid === undefined) this.#gone();
    });
    this.#child.on('exit', (status, signal) => {
      this.#end = this.#whatHappened(status, signal);
    });
    // What it told before it died still counts. Its standard error may be open in a program that it has started.
    const end = (emitter: NodeJS.EventEmitter | undefined, event: string): Promise<void> =>
      new Promise((resolve) => emitter?.once(event, () => resolve()) ?? resolve());
    const ends = [end(this.#child, 'exit'), end(this.#child, 'disconnect'), end(told, 'close')];
    this.#ended = Promise.all(ends).then(() => this.#gone());
    this.keepAlive(false);
    this.send({ op: 'setup', settings });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Says who takes what it tells from now on, and who hears of its exit. */
  listen(onMessage: (message: ToHost) => void, onExit: () => void): void {
    this.#onMessage = onMessage;
    this.#onExit = onExit;
  }

  /** Gives its worker thread something. @throws DataCloneError if the message cannot be cloned */
  give(message: PipedMessage): void {
    this.#given?.write(encodeFrame(message));
  }

  /** Tells its main thread something. @throws Error if the message cannot be serialized */
  send(message: ToChild): void {
    // One that is on its way out hears nothing more: its exit says what there is to say.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  keepAlive(keep: boolean): void {
    const { channel, stderr } = this.#child;
    for (const handle of [this.#child, channel, stderr as Socket | null, this.#given, this.#told]) {
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
    await this.#ended;
  }

  #read(piece: Buffer): void {
    try {
      this.#reader.add(piece);
    } catch (error) {
      // No stint writes that: whatever does is not to be listened to any longer.
      this.cause ??= error as Error;
      void this.kill();
    }
  }

  #gone(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.cause ??= this.#death;
    this.#onExit?.();
  }

  get #death(): Error {
    const error = new Error(this.#end);
    return OUT_OF_MEMORY.test(this.#fatal ?? '') ? Object.assign(error, { code: 'ERR_WORKER_OUT_OF_MEMORY' }) : error;
  }

  #whatHappened(status: number | null, signal: string | null): string {
    const how = signal === null ? `its process exited with ${status}` : `its process was killed by ${signal}`;
    const words = this.#fatal ?? this.#lastWords.trim();
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
    stdio: ['ignore', 'inherit', 'pipe', 'ipc', 'pipe', 'pipe'],
  });
}
