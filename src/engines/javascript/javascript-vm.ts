/**
 * One script in one QuickJS VM.
 *
 * 1. `resume` never throws for what a script does: not for a trap of WebAssembly, nor for an exhausted stack.
 * 2. Once the VM has stopped, failed or completed, nothing more runs in it; `resume` gives the same answer again.
 * 3. A stop is uncatchable and skips `finally`: the polls of QuickJS see `stopRequested` every 10,000 jumps or calls.
 *    Built-in functions that do not poll (`String.prototype.split` of a huge string, the parser) run to their end first.
 * 4. Promise jobs run in portions of {@link JOBS_A_PORTION}, so a promise that renews itself holds nobody up.
 * 5. `close` and `discard` only let go of the instance: QuickJS has no clean-up that a script could see
 *    (finalization callbacks are not promised to run), so its memory goes as one piece, or is taken back to its beginning as one.
 */
import type { Value } from '../../values/value.js';
import type { Answer, Call, Program, Step, Vm, VmHost } from '../engine.js';
import { failure, type MapFrame, outOfMemory, syntaxFailure, thrownFailure } from './failure.js';
import type { Called, Guest, Thrown } from './guest.js';
import { EVAL, GuestMemoryError } from './instance.js';
import { Rejections } from './rejections.js';
import { sourceBytes } from './source.js';
import type { Translate } from './typescript.js';

/** After so many promise jobs other tasks of the thread get their turn. */
const JOBS_A_PORTION = 256;

/** What reporting an error may use beyond a limit that has been reached. In bytes. */
const REPORT_BYTES = 1024 * 1024;

/** By the numbers of prelude/calls.ts. */
const CALL_KINDS: readonly Call['kind'][] = ['function', 'event', 'builtin', 'channel', 'tool'];

const PENDING = 0;
const FULFILLED = 1;
const STOPPED: Step = { kind: 'stopped' };
const RUNNABLE: Step = { kind: 'runnable' };
const WAITING: Step = { kind: 'waiting' };

type Failed = Extract<Step, { kind: 'failed' }>;

/** The way out of any depth after a stop. */
class StopSeen extends Error {}

/** A started script: the promise of its evaluation, and which property of its value is the result. */
interface Loaded {
  readonly promise: number;
  readonly key: 'value' | 'default';
}

/** See the top of the file. */
export class JavaScriptVm implements Vm {
  readonly preemptible = false;
  /** Nothing of a script is left to run when it has been stopped. */
  readonly cleansUp = false;
  readonly #guest: Guest;
  readonly #program: Program;
  readonly #args: readonly Value[];
  readonly #host: VmHost;
  readonly #translate: Translate | undefined;
  readonly #rejections: Rejections;
  readonly #steps: Generator<Step, Step>;
  #onClose: ((reusable: boolean) => void) | undefined;
  /** Whether an exception came out of WebAssembly: its frames were left where they stood. */
  #isBroken = false;
  #lastCall = 0;
  /** Answers that came at once, before the script has a promise for them. */
  readonly #early: Answer[] = [];
  #mapFrame: MapFrame | undefined;
  #stopAsked = false;
  #ended: Step | undefined;

  /**
   * @param translate for TypeScript: its translation to JavaScript
   * @param onClose called once, when the VM has been closed or discarded, with whether its instance has come out of all it did
   */
  constructor(
    guest: Guest,
    program: Program,
    args: readonly Value[],
    host: VmHost,
    translate: Translate | undefined,
    onClose: (reusable: boolean) => void,
  ) {
    this.#guest = guest;
    this.#program = program;
    this.#args = args;
    this.#host = host;
    this.#translate = translate;
    this.#onClose = onClose;
    this.#rejections = new Rejections(guest.instance.api);
    this.#steps = this.#script();
    guest.instance.hooks = {
      interrupted: () => this.#stopping(),
      write: (text, stream) => this.#write(text, stream),
      call: (kind, name, encoded, handle) => this.#call(kind, name, encoded, handle),
      rejection: (promise, reason, handled) => this.#rejections.note(promise, reason, handled),
    };
  }

  /**
   * What the memory of the instance has grown by (it never shrinks, and grows by at least 64 KiB at a time),
   * and what an empty VM uses.
   */
  get peakMemory(): number {
    return this.#guest.instance.memoryBytes - this.#guest.layout.freshMemory + this.#guest.layout.freshUsed;
  }

  resume(answers: readonly Answer[]): Step {
    if (this.#ended !== undefined) return this.#ended;
    let step: Step;
    try {
      for (const answer of answers) this.#answer(answer);
      step = this.#stopping() ? STOPPED : this.#steps.next().value;
    } catch (error) {
      step = this.#trapped(error);
    }
    // Whatever came out of a VM that was interrupted is no result.
    if (this.#stopping()) step = STOPPED;
    if (step.kind !== 'runnable' && step.kind !== 'waiting') this.#ended = step;
    return step;
  }

  stop(): void {
    this.#stopAsked = true;
  }

  preempt(): void {
    // QuickJS cannot be left in the middle of a script's instructions: it runs to its next `await`.
  }

  close(): void {
    this.#letGo(!this.#isBroken);
  }

  discard(): void {
    this.#letGo(false);
  }

  #letGo(reusable: boolean): void {
    this.#ended ??= STOPPED;
    this.#guest.instance.hooks = undefined;
    this.#onClose?.(reusable);
    this.#onClose = undefined;
  }

  *#script(): Generator<Step, Step> {
    const { instance } = this.#guest;
    const loaded = this.#load();
    if ('kind' in loaded) return loaded;
    const evaluated = yield* this.#settled(loaded.promise);
    if (!evaluated.ok) return this.#failed(evaluated.thrown);
    const promise = this.#guest.settle(instance.property(evaluated.value, loaded.key));
    if (!promise.ok) return this.#failed(promise.thrown);
    const result = yield* this.#settled(promise.value);
    if (!result.ok) return this.#failed(result.thrown);
    const thrown = (yield* this.#runJobs()) ?? this.#rejections.first();
    if (thrown !== undefined) return this.#failed(thrown);
    return this.#result(result.value);
  }

  /** Compiles and starts the script. Its code runs up to its first `await`. */
  #load(): Loaded | Failed {
    const { instance } = this.#guest;
    const source = this.#source();
    if ('kind' in source) return source;
    // Copies of source and arguments for the VM are not made by it, so its limit does not see them.
    if (source.length > this.#program.memory) return outOfMemory(this.#program);
    instance.api.qjs_set_memory_limit(this.#limit);
    // QuickJS looks for cycles each time its memory has grown by half, from 256 KiB on: a growing script
    // would spend a third of its time on that. What is no cycle is freed at once anyway.
    instance.api.qjs_set_gc_threshold(this.#guest.layout.freshUsed + Math.floor((this.#program.memory * 2) / 3));
    const args = this.#guest.give(this.#args as Value[]);
    if (!args.ok) return this.#failed(args.thrown);
    instance.define(instance.api.qjs_get_global(), 'args', args.value, 3);
    const opened = this.#guest.openCalls(this.#program.functions ?? [], this.#program.events ?? []);
    if (!opened.ok) return this.#failed(opened.thrown);

    const script = this.#evaluate(source, EVAL.async);
    if (script.ok) return { promise: script.value, key: 'value' };
    const error = this.#describe(script.thrown);
    if (error?.name !== 'SyntaxError') return this.#failed(script.thrown);
    // `import` and `export` are syntax errors in a script: what is none may be a module.
    const module = this.#evaluate(source, EVAL.module);
    if (module.ok) return { promise: module.value, key: 'default' };
    const moduleError = this.#describe(module.thrown);
    if (moduleError?.name !== 'SyntaxError') return this.#failed(module.thrown);
    const asScript = this.#thrown(error, 'SCRIPT_SYNTAX');
    const asModule = this.#thrown(moduleError, 'SCRIPT_SYNTAX');
    // The reading that got further is the one that the author meant.
    return isFurther(asModule, asScript) ? asModule : asScript;
  }

  #source(): Uint8Array | Failed {
    const source = sourceBytes(this.#program.code);
    if (!('offset' in source)) {
      if (this.#translate === undefined) return source;
      const translated = this.#translate(new TextDecoder().decode(source), this.#program.name);
      if ('message' in translated) return syntaxFailure(translated.message, translated.line, this.#program);
      this.#mapFrame = translated.mapFrame;
      return new TextEncoder().encode(translated.code);
    }
    return syntaxFailure(`the source is not UTF-8: byte ${source.offset} is wrong`, source.line, this.#program);
  }

  #evaluate(source: Uint8Array, flags: number): Called<number> {
    const { api } = this.#guest.instance;
    const box = this.#guest.instance.evaluate(source, this.#program.name, flags);
    this.#checkStop();
    return api.qjs_is_exception(box) === 0 ? { ok: true, value: box } : { ok: false, thrown: api.qjs_get_exception() };
  }

  /** Runs jobs until a promise is settled. */
  *#settled(promise: number): Generator<Step, Called<number>> {
    const { api } = this.#guest.instance;
    while (api.qjs_promise_state(promise) === PENDING) {
      const thrown = yield* this.#runJobs(promise);
      if (thrown !== undefined) return { ok: false, thrown };
      if (this.#early.length > 0) {
        for (const answer of this.#early.splice(0)) this.#answer(answer);
        continue;
      }
      if (api.qjs_promise_state(promise) === PENDING) yield WAITING;
    }
    const result = api.qjs_promise_result(promise);
    return api.qjs_promise_state(promise) === FULFILLED ? { ok: true, value: result } : { ok: false, thrown: result };
  }

  /** Runs jobs until there is none, or until `promise` is settled; gives what a job threw. */
  *#runJobs(promise?: number): Generator<Step, number | undefined> {
    const { api } = this.#guest.instance;
    for (let jobs = 1; api.qjs_is_job_pending() !== 0; jobs += 1) {
      if (promise !== undefined && api.qjs_promise_state(promise) !== PENDING) return undefined;
      const done = api.qjs_execute_pending_job();
      this.#checkStop();
      if (done < 0) return api.qjs_get_exception();
      if (jobs % JOBS_A_PORTION === 0) yield RUNNABLE;
    }
    return undefined;
  }

  #result(box: number): Step {
    const taken = this.#guest.take(box, 'result');
    if (!taken.ok) return this.#failed(taken.thrown);
    return 'error' in taken.value
      ? failure(taken.value.error, this.#program)
      : { kind: 'completed', value: taken.value.value };
  }

  #failed(thrown: number): Failed {
    const { api } = this.#guest.instance;
    const described = this.#describe(thrown);
    // QuickJS throws null when it has no memory left for the error that says so.
    if (described === undefined || (api.qjs_is_null(thrown) !== 0 && this.#isNearLimit())) {
      return this.#isNearLimit() ? outOfMemory(this.#program) : this.#thrown(UNREADABLE, 'SCRIPT_ERROR');
    }
    return this.#thrown(described, 'SCRIPT_ERROR');
  }

  #describe(thrown: number): Thrown | undefined {
    this.#checkStop();
    this.#guest.instance.api.qjs_set_memory_limit(this.#limit + REPORT_BYTES);
    const described = this.#guest.describe(thrown);
    this.#guest.instance.api.qjs_set_memory_limit(this.#limit);
    this.#checkStop();
    return described;
  }

  #thrown(thrown: Thrown, code: 'SCRIPT_ERROR' | 'SCRIPT_SYNTAX'): Failed {
    return thrownFailure(thrown, this.#program, code, this.#mapFrame);
  }

  /** The step for an exception that came out of WebAssembly, or of reading what the script returned. */
  #trapped(error: unknown): Step {
    if (error instanceof StopSeen) return STOPPED;
    this.#isBroken = true;
    if (error instanceof GuestMemoryError) return outOfMemory(this.#program);
    if (error instanceof WebAssembly.RuntimeError && this.#isNearLimit()) return outOfMemory(this.#program);
    if (!isExpected(error)) throw error;
    const thrown = { name: error.name, message: error.message, stack: undefined, cause: undefined };
    return this.#thrown(thrown, 'SCRIPT_ERROR');
  }

  #write(text: string, stream: 'stdout' | 'stderr'): boolean {
    if (this.#host.write(text, stream)) return true;
    this.#stopAsked = true;
    return false;
  }

  #call(kind: number, name: string, encoded: number, handle: number) {
    const read = this.#guest.read(encoded, `arguments of ${name}`);
    if ('error' in read) return { thrown: this.#guest.instance.newError(read.error.message, read.error.code) };
    this.#lastCall += 1;
    const id = this.#lastCall;
    const of = handle < 0 ? undefined : handle;
    const call = { id, kind: CALL_KINDS[kind] ?? 'function', name, args: read.value as Value[], handle: of };
    const taken = this.#host.call(call, call.kind !== 'event');
    if (taken === 'refused') {
      this.#stopAsked = true;
      return undefined;
    }
    if (taken !== 'pending' && call.kind !== 'event') this.#early.push(taken);
    return { id };
  }

  #answer(answer: Answer): void {
    const given = this.#guest.answer(answer);
    this.#checkStop();
    if (!given.ok) throw new GuestMemoryError('no memory for the answer of the host');
  }

  get #limit(): number {
    return this.#guest.layout.freshUsed + this.#program.memory;
  }

  #isNearLimit(): boolean {
    return this.peakMemory > this.#program.memory / 2;
  }

  #stopping(): boolean {
    return this.#stopAsked || this.#host.stopRequested();
  }

  #checkStop(): void {
    if (this.#stopping()) throw new StopSeen();
  }
}

const UNREADABLE: Thrown = {
  name: undefined,
  message: 'the script threw something that could not be read',
  stack: undefined,
  cause: undefined,
};

/** Whether a script can bring an exception about: a trap, the end of the stack, or a result that is no text of the encoder. */
function isExpected(error: unknown): error is Error {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError || error instanceof SyntaxError;
}

/** Whether the error of `a` is behind that of `b` in the source. */
function isFurther(a: Failed, b: Failed): boolean {
  const [, lineA = 0, columnA = 0] = /:(\d+):(\d+)$/.exec(a.error.traceback ?? '')?.map(Number) ?? [];
  const [, lineB = 0, columnB = 0] = /:(\d+):(\d+)$/.exec(b.error.traceback ?? '')?.map(Number) ?? [];
  return lineA > lineB || (lineA === lineB && columnA > columnB);
}
