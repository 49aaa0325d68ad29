/**
 * One script in one Lua state.
 *
 * 1. `stop` may come between any two instructions, of WebAssembly or of the code here. It only sets
 *    words and arms the hook, both of which are allowed at any moment.
 * 2. A script that the hook cut short never counts as completed, whatever it returned.
 * 3. After `close` or `discard` the VM holds nothing; its cell went back or was dropped.
 * 4. A script that was left by a yield (to wait, or at the end of a slice) ends by going on into a stop, so that
 *    the `<close>` handlers of all its coroutines run.
 */

import { messageOf } from '../../errors/describe.js';
import { toEnvelope } from '../../errors/envelope.js';
import { isStintError } from '../../errors/stint-error.js';
import type { Value } from '../../values/value.js';
import type { Answer, Program, Step, Vm, VmHost } from '../engine.js';
import { failedStep } from '../failed-step.js';
import { LEAVING } from './account.js';
import type { Tenant } from './cells.js';
import { loadChunk, readResults } from './chunk.js';
import { describeFailure, outOfMemory } from './failure.js';
import { targetsOf } from './host-library.js';
import { LuaPanic } from './imports.js';
import { STATUS } from './lua-api.js';
import type { LuaState } from './lua-state.js';
import { ScriptOutput } from './output.js';
import { ReadingStopped } from './read-value.js';
import { ScriptCalls } from './script-calls.js';

/** What clean-up after a script may allocate past the limit, in bytes. */
const CLOSE_HEADROOM = 256 * 1024;

/** How long a script may clean up that has to be polled, in ms: the default grace's half. */
const POLLED_CLEAN_UP_MS = 50;

const STOPPED: Step = { kind: 'stopped' };
const RUNNABLE: Step = { kind: 'runnable' };
const WAITING: Step = { kind: 'waiting' };
const NEIGHBOUR_BROKEN = failedStep({
  code: 'NEIGHBOUR_BROKEN',
  message:
    'a script in the same cell had to be broken off or used up its memory; run this one again (with cellSize 1 no scripts share)',
  language: 'lua',
});

export class LuaVm implements Vm, Tenant {
  readonly #program: Program;
  readonly #args: readonly Value[];
  readonly #output: ScriptOutput;
  readonly #calls: ScriptCalls;
  readonly #poll: (() => void) | undefined;
  readonly #host: VmHost;
  readonly #release: (abandoned?: LuaState) => void;
  #state: LuaState | undefined;
  #startedAt = 0;
  /** Whether code of the VM is running. */
  #inside = false;
  /** Whether the script was left by a yield and has not gone on since. */
  #left = false;
  #closing = false;
  #closingSince = 0;
  #peak = 0;

  /**
   * @param polling whether the script has to be interrupted often to see whether it must stop, since nothing can interrupt its thread
   * @param release called when the VM has left its cell, with the state if it is still to be freed
   */
  constructor(
    state: LuaState,
    program: Program,
    args: readonly Value[],
    host: VmHost,
    polling: boolean,
    release: (abandoned?: LuaState) => void,
  ) {
    this.#state = state;
    this.#program = program;
    this.#args = args;
    this.#release = release;
    this.#host = host;
    this.#output = new ScriptOutput(host, () => this.stop());
    this.#calls = new ScriptCalls(state, host, targetsOf(program));
    this.#poll = polling ? () => this.#look(host) : undefined;
    state.account.limit = program.memory;
  }

  get peakMemory(): number {
    return this.#state?.account.peak ?? this.#peak;
  }

  readonly preemptible = true;

  get cleansUp(): boolean {
    return this.#left;
  }

  resume(answers: readonly Answer[]): Step {
    const state = this.#state;
    if (state === undefined || state.account.stopping) return STOPPED;
    if (state.cell.broken) return NEIGHBOUR_BROKEN;
    try {
      // A stop of another VM may have come when that one had just left the cell.
      state.cell.calm();
      this.#enter(state);
      // One that came just before could not arm the hook yet.
      if (state.account.stopping) return STOPPED;
      return this.#startedAt === 0 ? this.#start(state) : this.#goOn(state, answers);
    } catch (error) {
      if (error instanceof ReadingStopped) return STOPPED;
      if (isStintError(error)) return failedStep({ ...toEnvelope(error), language: 'lua' });
      return this.#breakDown(state, error);
    } finally {
      this.#inside = false;
    }
  }

  stop(): void {
    const state = this.#state;
    if (state === undefined) return;
    const { cell } = state;
    state.account.stopping = true;
    if (!this.#inside) return;
    if (this.#closing) cell.cutsFinalizers = true;
    cell.interrupt();
  }

  preempt(): void {
    const state = this.#state;
    if (state === undefined || !this.#inside || this.#closing || state.cell.stopping) return;
    state.account.sliceOver = true;
    if (state.cell.running !== 0) state.cell.arm(state.cell.running);
  }

  close(): void {
    const state = this.#state;
    if (state === undefined) return;
    if (!state.cell.broken) {
      try {
        this.#enter(state);
        if (this.#left) this.#cut(state);
        this.#unwind(state);
      } catch {
        // A trap in the script's clean-up: the state goes with its instance, and the outcome is told already.
        state.cell.broken = true;
      } finally {
        this.#inside = false;
      }
    }
    this.#leave(state);
  }

  discard(): void {
    const state = this.#state;
    if (state === undefined) return;
    // A break unwound the frames that ran it, in the middle of whatever they did.
    if (this.#inside) state.cell.broken = true;
    this.#peak = state.account.peak;
    this.#leave(state, state.cell.broken ? undefined : state);
  }

  cellBroke(): void {
    this.#host.wake();
  }

  /** Makes the cell this VM's until another one enters it. */
  #enter(state: LuaState): void {
    const { cell } = state;
    cell.output = this.#output;
    cell.calls = this.#calls;
    cell.poll = this.#poll;
    cell.startedAt = this.#startedAt;
    this.#inside = true;
  }

  #start(state: LuaState): Step {
    const { cell, main, thread } = state;
    this.#startedAt = performance.now();
    cell.startedAt = this.#startedAt;
    const loaded = loadChunk(state, this.#program, this.#args);
    if (loaded !== undefined) return { kind: 'failed', ...loaded };
    cell.anchor = main;
    if (cell.poll !== undefined) cell.disarm(thread);
    return this.#run(state, this.#args.length);
  }

  #goOn(state: LuaState, answers: readonly Answer[]): Step {
    state.cell.anchor = state.main;
    state.account.setAnswer(0, false);
    for (const answer of answers) this.#calls.answer(answer);
    return this.#run(state, 0);
  }

  /** Runs the script, from its start or from where it was left, until it ends or leaves. */
  #run(state: LuaState, args: number): Step {
    const { cell, account, thread } = state;
    this.#left = false;
    const [status, results] = cell.pair((out) => cell.api.lua_resume(thread, 0, args, out));
    account.sliceOver = false;
    if (account.fired) return STOPPED;
    const { leaving } = account;
    if (leaving !== LEAVING.not) {
      account.leaving = LEAVING.not;
      this.#left = true;
      if (leaving === LEAVING.toWait) return WAITING;
      cell.disarm(account.left);
      return RUNNABLE;
    }
    this.#output.flush();
    // Whatever the script made of it, it is not what it would have come to by itself.
    if (account.starved) return NEIGHBOUR_BROKEN;
    if (status === STATUS.ok) return { kind: 'completed', value: readResults(state, results) };
    const failure = describeFailure(state, this.#program, status);
    return account.fired ? STOPPED : { kind: 'failed', ...failure };
  }

  /** Goes on where the script was left, into a stop. */
  #cut(state: LuaState): void {
    const { cell, account, main } = state;
    account.stopping = true;
    cell.stopping = true;
    cell.anchor = main;
    this.#run(state, 0);
  }

  /** Something other than a Lua error came out of the instance. */
  #breakDown(state: LuaState, error: unknown): Step {
    state.cell.broken = true;
    if (error instanceof LuaPanic && state.account.refused > 0)
      return { kind: 'failed', ...outOfMemory(this.#program) };
    const message =
      error instanceof RangeError ? 'stack overflow' : `the Lua VM broke down and was discarded: ${messageOf(error)}`;
    return failedStep({ code: 'SCRIPT_ERROR', message, language: 'lua' });
  }

  #unwind(state: LuaState): void {
    const { cell, account, thread } = state;
    const suspended = [...cell.suspended];
    for (const L of [...suspended, thread]) cell.disarm(L);
    account.stopping = false;
    account.fired = false;
    cell.calm();
    this.#closing = true;
    this.#closingSince = performance.now();
    account.limit = account.used + CLOSE_HEADROOM;
    for (const L of [...suspended, thread]) cell.api.lua_resetthread(L, 0);
    this.#output.flush();
    this.#peak = account.peak;
    state.free();
    cell.calm();
  }

  /** Called every so many instructions where nothing can interrupt the thread. */
  #look(host: VmHost): void {
    if (this.#closing && performance.now() - this.#closingSince < POLLED_CLEAN_UP_MS) return;
    if (host.stopRequested()) this.stop();
    else if (host.preemptRequested()) this.preempt();
  }

  /** @param abandoned the state, if it has not been freed */
  #leave(state: LuaState, abandoned?: LuaState): void {
    this.#state = undefined;
    if (this.#inside) state.cell.calm();
    if (state.cell.calls === this.#calls) state.cell.vacate();
    this.#release(abandoned);
  }
}
