import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { unpackThrown } from '../errors/thrown.js';
import { encodeFrame, FrameReader } from '../worker/frames.js';
import type { PipedMessage, ToHost } from '../worker/messages.js';
import { type BufferMessage, isBufferMessage, SharedBuffers } from '../worker/shared-buffers.js';
import { PIPED, TO_OWNER } from '../worker/short-forms.js';
import { type ChildSettings, type FromChild, PIPES, type ToChild } from './process-messages.js';
import type { RecordChild } from './record-children.js';
import { REHEARSAL_ROWS, rehearsal } from './rehearsal.js';
import { signalGroup } from './signal-group.js';

/** So many of the last characters that a process wrote to its standard error are kept, to say what it died of. */
const MOST_LAST_WORDS = 500;

/** What V8 says when it gives up; a long trace follows. */
const FATAL = /^FATAL ERROR: .*$/m;
const OUT_OF_MEMORY = /out of memory|allocation failed/i;

/** Node says so when it exits while the inspector is in use. Nobody has to wait for anything. */
const NOT_WORTH_SAYING = 'Waiting for the debugger to disconnect...\n';

/** Sets the bound on the data of the process, unless there is a lower one that cannot be raised, then becomes the command. */
const BOUND = `ulimit -d "$0" 2>/dev/null || [ "$(ulimit -H -d)" -le "$0" ] 2>/dev/null || ulimit -d "$0" || exit
exec "$@"`;

/** The main thread of a child and its worker. */
const ISOLATES = 2;

/** A child process of stint's: launched, set up, and perhaps waiting for a host that needs it. */
export class LaunchedProcess {
  #child: ChildProcess | undefined;
  /** What is to be done when it has been launched. */
  readonly #backlog: ((child: ChildProcess) => unknown)[] = [];
  /** Forgets the record. */
  readonly #recorded: Promise<() => Promise<void>>;
  #forgotten: Promise<void> | undefined;
  readonly #onReady: () => void;
  /** Of the owner's table: those that follow are of the rehearsal. */
  readonly #rows: number;
  #onEnd: () => void = () => undefined;
  readonly #ended = new Promise<void>((resolve) => {
    this.#onEnd = resolve;
  });
  #lastWords = '';
  #fatal: string | undefined;
  readonly #buffers = new SharedBuffers((message) => this.give({ message, announced: false }));
  readonly #reader: FrameReader<ToHost | BufferMessage>;
  #onMessage: ((message: ToHost) => void) | undefined;
  #onExit: (() => void) | undefined;
  #onHere: (() => void) | undefined;
  /** What it died of. */
  cause: Error | undefined;
  isGone = false;

  /**
   * @param memory bytes that the process may have as data
   * @param record has the process launched when it is recorded what is
   * @param onReady called when it has its thread and its engines
   */
  constructor(settings: ChildSettings, memory: number, record: RecordChild, onReady: () => void) {
    this.#onReady = onReady;
    this.#rows = settings.rows - REHEARSAL_ROWS;
    this.#reader = new FrameReader(TO_OWNER, this.#buffers, (message) => this.#take(message));
    this.#recorded = record((mark) => this.#launch(memory, mark));
    this.#recorded.catch((error: Error) => this.#gone(error));
    this.send({ op: 'setup', settings });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Says who takes what it tells from now on, and who hears of its exit, and of its signs of life. */
  listen(onMessage: (message: ToHost) => void, onExit: () => void, onHere?: () => void): void {
    this.#onMessage = onMessage;
    this.#onExit = onExit;
    this.#onHere = onHere;
  }

  /** Gives its worker thread something. @throws DataCloneError if the message cannot be cloned */
  give(message: PipedMessage): void {
    const frame = encodeFrame(message, PIPED, this.#buffers);
    this.#whenLaunched((child) => pipesOf(child).given.write(frame));
  }

  /** Has it run what its first tasks would have to wait for. */
  rehearse(): void {
    for (const message of rehearsal(this.#rows)) this.give({ message, announced: false });
  }

  /** Tells its main thread something. */
  send(message: ToChild): void {
    // One that is on its way out hears nothing more: its exit says what there is to say.
    this.#whenLaunched((child) => child.connected && child.send(message, () => undefined));
  }

  keepAlive(keep: boolean): void {
    this.#whenLaunched((child) => {
      const { given, told } = pipesOf(child);
      for (const handle of [child, child.channel, child.stderr as Socket | null, given, told]) {
        if (keep) handle?.ref();
        else handle?.unref();
      }
    });
  }

  /** Ends the process and all that it started; settles when it is gone, and its record, if that can be. */
  async kill(): Promise<void> {
    if (!this.isGone) {
      this.keepAlive(true);
      this.#whenLaunched(killGroup);
    }
    await this.#ended;
    this.#forgotten ??= this.#forget();
    await this.#forgotten;
  }

  async #forget(): Promise<void> {
    const forget = await this.#recorded.catch(() => undefined);
    await forget?.();
  }

  #whenLaunched(action: (child: ChildProcess) => unknown): void {
    if (this.#child === undefined) this.#backlog.push(action);
    else if (!this.isGone) action(this.#child);
  }

  #launch(memory: number, mark: Readonly<Record<string, string>>): ChildProcess {
    const child = launch(memory, mark);
    child.on('error', (error) => {
      // One that was never there does not exit.
      if (child.pid === undefined) this.#gone(error);
    });
    if (child.pid === undefined) return child;
    this.#child = child;
    this.#listenTo(child);
    this.keepAlive(false);
    for (const action of this.#backlog.splice(0)) action(child);
    return child;
  }

  #listenTo(child: ChildProcess): void {
    const { given, told } = pipesOf(child);
    child.stderr?.setEncoding('utf8').on('data', (written: string) => this.#hear(written));
    // A process whose pipes break is of no use, if it is still there at all.
    for (const pipe of [given, told]) pipe.on('error', () => killGroup(child));
    told.on('data', (piece) => this.#read(piece, child));
    child.on('message', (message: FromChild) => {
      if (message.op === 'ready') this.#onReady();
      else if (message.op === 'here') this.#onHere?.();
      else if (message.cause !== undefined) this.cause = unpackThrown(message.cause) as Error;
    });
    let death = '';
    child.on('exit', (status, signal) => {
      death = this.#whatHappened(status, signal);
      // What its tasks have started has its number as a group still, and may be recorded nowhere.
      killGroup(child);
    });
    // What it told before it died still counts. Its standard error may be open in a program that it has started.
    const end = (emitter: NodeJS.EventEmitter, event: string): Promise<void> =>
      new Promise((resolve) => emitter.once(event, () => resolve()));
    void Promise.all([end(child, 'exit'), end(child, 'disconnect'), end(told, 'close')]).then(() => {
      const isOutOfMemory = OUT_OF_MEMORY.test(this.#fatal ?? '');
      this.#gone(Object.assign(new Error(death), isOutOfMemory ? { code: 'ERR_WORKER_OUT_OF_MEMORY' } : {}));
    });
  }

  #hear(written: string): void {
    const text = written.replace(NOT_WORTH_SAYING, '');
    this.#lastWords = (this.#lastWords + text).slice(-MOST_LAST_WORDS);
    this.#fatal ??= FATAL.exec(text)?.[0];
    process.stderr.write(text);
  }

  #take(message: ToHost | BufferMessage): void {
    if (isBufferMessage(message)) this.#buffers.receive(message);
    else if (!this.#isOfRehearsal(message)) this.#onMessage?.(message);
  }

  #isOfRehearsal(message: ToHost): boolean {
    return 'row' in message && message.row >= this.#rows;
  }

  #read(piece: Buffer, child: ChildProcess): void {
    try {
      this.#reader.add(piece);
    } catch (error) {
      // No stint writes that: whatever does is not to be listened to any longer.
      this.cause ??= error as Error;
      killGroup(child);
    }
  }

  #gone(cause: Error): void {
    if (this.isGone) return;
    this.isGone = true;
    this.cause ??= cause;
    this.#buffers.close();
    this.#onExit?.();
    this.#onEnd();
    // Of one that died by itself the record is still there.
    void this.kill();
  }

  #whatHappened(status: number | null, signal: string | null): string {
    const how = signal === null ? `its process exited with ${status}` : `its process was killed by ${signal}`;
    const words = this.#fatal ?? this.#lastWords.trim();
    return words === '' ? how : `${how}: ${words}`;
  }
}

/** The pipes of its worker thread: what that is given, and what it tells. */
function pipesOf({ stdio }: ChildProcess): { given: Socket; told: Socket } {
  const pipes = stdio as (Socket | null)[];
  return { given: pipes[PIPES.incoming] as Socket, told: pipes[PIPES.outgoing] as Socket };
}

function killGroup({ pid }: ChildProcess): void {
  signalGroup(pid as number, 'SIGKILL');
}

function launch(memory: number, mark: Readonly<Record<string, string>>): ChildProcess {
  const entry = fileURLToPath(new URL('../hosts/process-entry.cjs', import.meta.url));
  const command = [process.execPath, entry];
  const bound = Math.ceil((memory + ISOLATES * codeRange()) / 1024);
  const [file = '', ...args] =
    process.platform === 'win32' ? command : ['/bin/sh', '-c', BOUND, String(bound), ...command];
  return spawn(file, args, {
    // Nothing of the host's environment is a task's business.
    env: mark,
    // A group of its own: signals of the terminal are for the owner, and it is killed with all that it started.
    detached: true,
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc', 'pipe', 'pipe'],
  });
}

let codeRangeBytes: number | undefined;

/** What V8 sets aside for the code of an isolate, in bytes, where that counts as data: from Node 24 on it can be written from the start. */
function codeRange(): number {
  codeRangeBytes ??= process.platform === 'linux' ? largestCodeMapping(readFileSync('/proc/self/maps', 'utf8')) : 0;
  return codeRangeBytes;
}

function largestCodeMapping(maps: string): number {
  const sizes = [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rwxp/gm)].map(
    ([, from = '', to = '']) => Number.parseInt(to, 16) - Number.parseInt(from, 16),
  );
  return Math.max(0, ...sizes);
}
