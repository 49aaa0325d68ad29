/**
 * State between calls: a VM whose variables stay, and artifacts.
 *
 * 1. Pieces run in the order in which they came, one at a time; no more than {@link MOST_WAITING} wait.
 * 2. A piece that has to be stopped costs the VM: its error says so, and the next piece finds a new one. Artifacts stay.
 * 3. Closed, it has no VM, no artifacts, and runs nothing more.
 */
import { randomBytes } from 'node:crypto';
import { loadTypeScript, type Translate } from '../../engines/javascript/typescript.js';
import { type ScriptLanguage, StintError } from '../../errors/stint-error.js';
import type { HostFunction } from '../../runtime/host-calls.js';
import type { ResolvedLimits } from '../../runtime/limits.js';
import type { RunOptions } from '../../runtime/run-options.js';
import type { Runtime } from '../../runtime/runtime.js';
import { onAbort } from '../../scope/on-abort.js';
import type { Value } from '../../values/value.js';
import { type ArtifactInfo, Artifacts } from './artifacts.js';
import { loadPieceMaker, type PieceMaker } from './javascript-piece.js';
import { SessionVm } from './session-vm.js';

/** Pieces that may wait for their turn in one session. */
const MOST_WAITING = 16;

/** What is told of a session. */
export interface SessionInfo {
  readonly id: string;
  readonly name: string;
  readonly language: ScriptLanguage;
  /** `running`: a piece runs. `idle`: it has variables. `empty`: nothing has run yet, or a stopped piece took the variables along. */
  readonly state: 'running' | 'idle' | 'empty';
  /** Pieces that have run or begun. */
  readonly pieces: number;
  /** Milliseconds since it was last used. */
  readonly idleMs: number;
  /** After so many of them it is closed. */
  readonly idleLimit: number;
  readonly artifacts: readonly ArtifactInfo[];
}

/** What a session is made with. */
export interface SessionPlan {
  readonly name: string;
  readonly language: ScriptLanguage;
  readonly limits: ResolvedLimits;
  /** Milliseconds. */
  readonly idle: number;
  /** Bytes. */
  readonly artifacts: number;
  /** What its scripts may do, as the runtime takes it. */
  readonly options: RunOptions;
}

/** What one piece can be told. */
export interface PieceOptions {
  readonly args: readonly Value[];
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly output: (text: string, stream: 'stdout' | 'stderr') => void;
}

/** See the top of the file. */
export class Session {
  /** Not to be guessed: whoever knows it, and comes by the same listener, can use the session. */
  readonly id = randomBytes(16).toString('hex');
  readonly artifacts: Artifacts;
  readonly #plan: SessionPlan;
  readonly #runtime: () => Runtime;
  #vm: SessionVm | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** Stops the piece whose turn it is, also one that is still being made ready. */
  #stopper: AbortController | undefined;
  #pieces = 0;
  #usedAt = performance.now();
  #closed = false;

  /** @param changed called with the name of an artifact that was saved or removed */
  constructor(runtime: () => Runtime, plan: SessionPlan, changed: (name: string) => void) {
    this.#runtime = runtime;
    this.#plan = plan;
    this.artifacts = new Artifacts(plan.artifacts, changed);
  }

  /** Whether nothing has been done with it for so long that it is to be closed. */
  get isExpired(): boolean {
    return !this.#isRunning && this.#waiting === 0 && performance.now() - this.#usedAt >= this.#plan.idle;
  }

  /** When it will be, in ms from now. */
  get expiresIn(): number {
    return Math.max(0, this.#plan.idle - (performance.now() - this.#usedAt));
  }

  /** What a piece may take if nothing else is said, in ms. */
  get timeout(): number {
    return this.#plan.limits.timeout;
  }

  info(): SessionInfo {
    const { name, language, idle } = this.#plan;
    return {
      id: this.id,
      name,
      language,
      state: this.#isRunning ? 'running' : this.#vm === undefined || this.#vm.isGone ? 'empty' : 'idle',
      pieces: this.#pieces,
      idleMs: Math.round(this.#isRunning ? 0 : performance.now() - this.#usedAt),
      idleLimit: idle,
      artifacts: this.artifacts.list(),
    };
  }

  /** Notes that somebody uses it. */
  touch(): void {
    this.#usedAt = performance.now();
  }

  /** Runs a piece when its turn comes. @throws StintError with what the piece failed with; `QUEUE_FULL`; `CANCELLED` when closed */
  async run(code: string, options: PieceOptions): Promise<Value> {
    if (this.#waiting >= MOST_WAITING) {
      throw new StintError('QUEUE_FULL', `${this.#waiting} pieces wait in the session; wait for one of them`);
    }
    this.#waiting += 1;
    const before = this.#turn;
    const turn = withResolvers();
    this.#turn = turn.promise;
    try {
      await before;
      this.#waiting -= 1;
      return await this.#run(code, options);
    } finally {
      turn.resolve(undefined);
      this.touch();
    }
  }

  /** Stops the piece that runs. False if none does. */
  interrupt(reason: string): boolean {
    this.#stopper?.abort(reason);
    return this.#isRunning;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#vm?.end('the session was closed');
    await this.#turn;
    this.artifacts.clear();
  }

  async #run(code: string, { args, timeout, signal, output }: PieceOptions): Promise<Value> {
    this.#check(signal);
    const stopper = new AbortController();
    const forget = onAbort(signal, () => stopper.abort(signal.reason));
    this.#stopper = stopper;
    try {
      const piece = await this.#prepare(code);
      this.#check(stopper.signal);
      if (this.#vm?.isGone !== false) this.#vm = this.#open();
      const vm = this.#vm;
      this.#pieces += 1;
      stopper.signal.addEventListener('abort', () => void vm.end(stopper.signal.reason));
      try {
        return await vm.run({ code: piece, args, timeout, outputLimit: this.#plan.limits.output, output });
      } finally {
        if (vm.isGone) await vm.outcome;
      }
    } finally {
      forget();
      this.#stopper = undefined;
    }
  }

  get #isRunning(): boolean {
    return this.#stopper !== undefined;
  }

  #check(signal: AbortSignal): void {
    if (this.#closed) throw new StintError('CANCELLED', 'the session is closed');
    if (signal.aborted)
      throw new StintError('CANCELLED', 'the piece was cancelled before it began', { cause: signal.reason });
  }

  #open(): SessionVm {
    const { language, limits, options } = this.#plan;
    return new SessionVm(this.#runtime(), language, this.#functions(), {
      ...options,
      limits: { memory: limits.memory },
    });
  }

  #functions(): Record<string, HostFunction> {
    return {
      artifact_save: (name, data, type) => ({ ...this.artifacts.save(name, data, type) }),
      artifact_load: (name) => this.artifacts.load(name).data,
      artifact_remove: (name) => this.artifacts.remove(name) as undefined,
      artifact_list: () => this.artifacts.list().map((artifact) => ({ ...artifact })),
    };
  }

  async #prepare(code: string): Promise<string> {
    const { language } = this.#plan;
    if (language === 'lua') return code;
    pieceMaker ??= loadPieceMaker();
    if (language === 'javascript') return (await pieceMaker)(code);
    translator ??= loadTypeScript();
    const translated = (await translator)(code, 'session');
    if ('code' in translated) return (await pieceMaker)(translated.code);
    const line = translated.line === undefined ? {} : { line: translated.line };
    throw new StintError('SCRIPT_SYNTAX', translated.message, { language, ...line });
  }
}

/** Loaded when the first session needs them. */
let pieceMaker: Promise<PieceMaker> | undefined;
let translator: Promise<Translate> | undefined;

function withResolvers(): { promise: Promise<unknown>; resolve: (value: unknown) => void } {
  let resolve!: (value: unknown) => void;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
