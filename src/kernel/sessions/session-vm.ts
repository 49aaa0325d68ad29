/**
 * A VM that runs one piece of code after the other and keeps its variables: one task of the runtime, whose script asks for the
 * pieces (`lua-driver.ts`, `javascript-driver.ts`).
 *
 * 1. One piece runs at a time; `run` settles once, whatever becomes of the VM.
 * 2. A piece has its own deadline, which the runtime's interrupter holds. Between pieces there is none; what a piece left behind may go on then, but not for
 *    longer at a stretch than {@link TURN_MS}.
 * 3. Whatever ends the VM ends the piece that runs in it, with the reason.
 */
import { type ErrorCode, uncaughtCode } from '../../errors/codes.js';
import { type ScriptLanguage, StintError, type StintErrorDetails } from '../../errors/stint-error.js';
import type { HostFunction } from '../../runtime/host-calls.js';
import type { Outcome } from '../../runtime/outcome.js';
import type { RunOptions } from '../../runtime/run-options.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { Task } from '../../runtime/task.js';
import type { Value } from '../../values/value.js';
import { JAVASCRIPT_DRIVER } from './javascript-driver.js';
import { LUA_DRIVER } from './lua-driver.js';

/** One piece of code, ready to run. */
export interface Piece {
  readonly code: string;
  readonly args: readonly Value[];
  /** Milliseconds; `Infinity` for no deadline. */
  readonly timeout: number;
  /** Bytes. */
  readonly outputLimit: number;
  readonly output: (text: string, stream: 'stdout' | 'stderr') => void;
}

/** What the driver says of the piece before. */
interface Report {
  readonly kind: 'ready' | 'value' | 'syntax' | 'thrown';
  readonly value?: Value;
  readonly message?: string;
  readonly name?: string;
  readonly code?: string;
  readonly traceback?: string;
}

interface Current {
  readonly piece: Piece;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: StintError) => void;
  written: number;
}

type Engine = 'lua' | 'javascript';
const DRIVERS: Record<Engine, string> = { lua: LUA_DRIVER, javascript: JAVASCRIPT_DRIVER };

/** How long what a piece left behind may hold its thread, in ms. */
const TURN_MS = 1000;

/** What pieces, and the driver, are called in error messages. */
const NAME = 'session';
const DRIVER_NAME = 'stint-session-driver';

/** See the top of the file. */
export class SessionVm {
  readonly #engine: Engine;
  readonly #task: Task<Value>;
  #current: Current | undefined;
  /** Gives the waiting driver its next piece, or its end. */
  #give: ((piece: Value) => void) | undefined;
  #ending: StintError | undefined;

  /** @param functions what the session offers its scripts, beside what `options` say */
  constructor(
    runtime: Runtime,
    language: ScriptLanguage,
    functions: Record<string, HostFunction>,
    options: RunOptions,
  ) {
    this.#engine = language === 'lua' ? 'lua' : 'javascript';
    this.#task = runtime.start<Value>(
      { language: this.#engine, code: DRIVERS[this.#engine], name: DRIVER_NAME },
      {
        ...options,
        // A session's deadlines are changed from piece to piece, which those of a child process cannot be.
        isolation: 'thread',
        limits: { ...options.limits, timeout: null, turn: TURN_MS, output: '1gb', hostCalls: Number.MAX_SAFE_INTEGER },
        functions: { ...functions, take: (report) => this.#take(report as unknown as Report) },
        output: (text, stream) => this.#write(text, stream),
      },
    );
    this.#task.outcome.then((outcome) => this.#ended(outcome));
  }

  /** Settles when the VM is closed. */
  get outcome(): Promise<Outcome<Value>> {
    return this.#task.outcome;
  }

  /** Runs a piece. Rejects with its error; the VM is gone if {@link SessionVm.isGone} says so then. */
  run(piece: Piece): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#ending !== undefined) {
        reject(this.#ending);
        return;
      }
      this.#current = { piece, resolve, reject, written: 0 };
      this.#begin();
    });
  }

  get isGone(): boolean {
    return this.#ending !== undefined;
  }

  /** Ends the VM, and with it the piece that runs. */
  async end(reason: unknown): Promise<void> {
    if (this.#current === undefined && this.#give !== undefined) this.#give(null);
    else void this.#task.cancel(reason);
    await this.#task.outcome;
  }

  /** The driver has done a piece and asks for the next. */
  #take(report: Report): Promise<Value> {
    if (this.#give !== undefined) throw new Error('the session waits for its next piece already');
    this.#task.extend(null);
    const next = new Promise<Value>((resolve) => {
      this.#give = resolve;
    });
    if (report.kind !== 'ready') this.#finish(report);
    this.#begin();
    return next;
  }

  #begin(): void {
    if (this.#current === undefined || this.#give === undefined || this.#ending !== undefined) return;
    const { code, args, timeout } = this.#current.piece;
    const give = this.#give;
    this.#give = undefined;
    this.#task.extend(timeout === Number.POSITIVE_INFINITY ? null : timeout);
    give({ code, name: NAME, args: [...args], count: args.length });
  }

  #finish(report: Report): void {
    // A piece that went too far gets its error when the VM has ended, however fast it was done.
    if (this.#ending !== undefined) return;
    const current = this.#current;
    this.#current = undefined;
    if (report.kind === 'value') current?.resolve(report.value);
    else current?.reject(this.#failure(report));
  }

  #failure({ kind, message = '', name, code, traceback }: Report): StintError {
    const details: StintErrorDetails = { language: this.#engine };
    const trimmed = traceback ? trimTraceback(traceback) : '';
    const line = Number(/\bsession:(\d+)/.exec(this.#engine === 'lua' ? message : trimmed)?.[1]);
    if (!Number.isNaN(line)) details.line = line;
    if (trimmed !== '') details.traceback = trimmed;
    if (name !== undefined && name !== null) details.scriptErrorName = name;
    // What the piece returned goes out as an argument of the driver's call.
    const said = message.replace(/^argument 1 of take\.value/, 'result');
    return new StintError(kind === 'syntax' ? 'SCRIPT_SYNTAX' : codeOf(said, code), said, details);
  }

  #write(text: string, stream: 'stdout' | 'stderr'): void {
    const current = this.#current;
    if (current === undefined) return;
    current.written += Buffer.byteLength(text);
    if (current.written <= current.piece.outputLimit) current.piece.output(text, stream);
    else this.#fail('OUTPUT_LIMIT', `the piece wrote more than ${current.piece.outputLimit} bytes of output`);
  }

  #fail(code: ErrorCode, message: string): void {
    this.#ending ??= lost(new StintError(code, message));
    void this.#task.cancel(message);
  }

  #ended({ error, kind }: Outcome<Value>): void {
    const timeout = this.#current?.piece.timeout;
    if (kind === 'timed-out')
      this.#ending ??= lost(
        new StintError(
          'TIMEOUT',
          timeout === undefined
            ? `what a piece left behind went on for ${TURN_MS} ms without waiting`
            : `the piece did not end within ${timeout} ms`,
        ),
      );
    this.#ending ??= lost(error ?? new StintError('CANCELLED', 'the session was closed'));
    const current = this.#current;
    this.#current = undefined;
    current?.reject(this.#ending);
  }
}

function lost(error: StintError): StintError {
  const { code, message, cause } = error;
  return new StintError(code, `${message}; the variables of the session are lost`, { cause });
}

/** A piece that needs too much memory fails, and what it holds is free again: the VM goes on. */
function codeOf(message: string, code: string | null | undefined): ErrorCode {
  if (message === 'not enough memory' || message === 'out of memory') return 'OUT_OF_MEMORY';
  return uncaughtCode(code ?? undefined);
}

/** Without what is the driver's; in JavaScript the engine calls a piece `<input>`. */
function trimTraceback(traceback: string): string {
  return traceback
    .split('\n')
    .filter((line) => line.trim() !== '' && !DRIVERS_LINE.test(line))
    .map((line) => line.replace(/<input>:(\d+):\d+/, `${NAME}:$1`))
    .join('\n');
}

const DRIVERS_LINE =
  /stint-session-driver|^\s*\[C\]: in function 'xpcall'|^\s*\[C\]: in \?|stack traceback:$|^\s*at <eval> |^\s*at eval \(native\)/;
