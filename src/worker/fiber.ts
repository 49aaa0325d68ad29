import type { ControlTable } from '../control/control-table.js';
import type { LookReason } from '../control/interrupter-messages.js';
import { reasonOf, StopReason } from '../control/task-word.js';
import type { Answer, Call, EventLoopVmHost, Step, Vm } from '../engines/engine.js';
import { StintError } from '../errors/stint-error.js';
import { threadNow } from '../scope/thread-now.js';
import { Builtins, type BuiltinsOwner } from './builtins.js';
import { type CallPort, FiberCalls } from './fiber-calls.js';
import type { Job, SentEvent, TaskOrder, ToHost } from './messages.js';
import { OutputGate, type OutputSink } from './output-gate.js';

/**
 * Where a fiber is on its thread. An interrupt acts on it: in `active` it may find the thread anywhere
 * between the fiber's begin and its end, in the others the fiber is at rest; `held` by what goes on by itself in the event loop.
 */
export type FiberPhase = 'queued' | 'active' | 'waiting' | 'held';

/** What a fiber needs of its thread. */
export interface FiberThread {
  readonly table: ControlTable;
  readonly index: number;
  /** Sends the host a message, now. */
  post(message: ToHost): void;
  /** Sends one that may hold what cannot be cloned. @throws DataCloneError: then nothing is sent */
  postCloned(message: ToHost): void;
  /** Has the interrupter look. */
  ring(why: LookReason): void;
  /** Has a fiber that waits go on. */
  wake(fiber: Fiber): void;
  /** What holds a fiber has come to its end. */
  settled(fiber: Fiber, end: Step): void;
  /** What holds a fiber waits: others may have the thread. */
  rests(fiber: Fiber): void;
  /** Blocks until the host has sent something, and takes it. False if the fiber's task has to end. */
  receive(fiber: Fiber): boolean;
  /** Milliseconds for which its event loop was neither idle nor in a VM. */
  loopMs(): number;
  /** One more call, or one less, is to be answered by this thread itself. */
  pending(change: 1 | -1): void;
}

/** One task on its thread, as its VM sees it. */
export class Fiber implements EventLoopVmHost, CallPort, OutputSink, BuiltinsOwner {
  readonly order: TaskOrder;
  readonly job: Job;
  readonly output: OutputGate;
  readonly calls: FiberCalls;
  readonly builtins: Builtins;
  #phase: FiberPhase = 'queued';
  hasEnded = false;
  vm: Vm | undefined;
  /** Whether the script has begun to run. */
  begun = false;
  /** How often it was told to end while it was at rest. */
  stopsSeen = 0;
  /** Whether something of it may be left on the thread. */
  spoilsThread = false;
  /** When its thread last entered the VM, on `performance`'s clock. */
  enteredAt = 0;
  /** Since when it has gone on without a deadline, as far as is known; on `performance`'s clock. */
  unboundSince: number | undefined;
  #cpuMs = 0;
  /** What the thread's event loop had done when it began to hold the fiber, in ms. */
  #heldSince: number | undefined;
  readonly #thread: FiberThread;

  constructor(order: TaskOrder, job: Job, thread: FiberThread) {
    this.order = order;
    this.job = job;
    this.#thread = thread;
    const { outputLimit, callLimit, permissions, program } = job;
    this.output = new OutputGate(outputLimit, this);
    this.calls = new FiberCalls(callLimit, this);
    this.builtins = new Builtins(permissions, program.memory, this);
  }

  get phase(): FiberPhase {
    return this.#phase;
  }

  set phase(phase: FiberPhase) {
    this.#phase = phase;
    this.#cpuMs = this.cpuMs;
    this.#heldSince = phase === 'held' ? this.#thread.loopMs() : undefined;
  }

  /** Milliseconds that the thread has spent in the script so far; while the event loop holds it, in what that does. */
  get cpuMs(): number {
    return this.#heldSince === undefined ? this.#cpuMs : this.#cpuMs + this.#thread.loopMs() - this.#heldSince;
  }

  /** The thread was in its VM for so long. */
  addCpu(ms: number): void {
    this.#cpuMs += ms;
  }

  write(text: string, stream: 'stdout' | 'stderr'): boolean {
    if (this.output.write(text, stream)) return true;
    this.#stop(StopReason.outputLimit);
    return false;
  }

  /** True for what a module left running after its end, too. */
  stopRequested(): boolean {
    if (this.hasEnded) return true;
    if (this.#thread.table.stopRequested(this.order.row)) return true;
    if (this.job.turnLimit === Number.POSITIVE_INFINITY || !this.#isTurnOver()) return false;
    this.#stop(StopReason.timeout);
    return true;
  }

  /** Whether it has gone on for too long since it was seen to have no deadline. */
  #isTurnOver(): boolean {
    if (this.#thread.table.deadline(this.order.row) !== Number.POSITIVE_INFINITY) {
      this.unboundSince = undefined;
      return false;
    }
    const now = threadNow();
    this.unboundSince ??= now;
    return now - this.unboundSince > this.job.turnLimit;
  }

  preemptRequested(): boolean {
    return this.#thread.table.threads.takePreempted(this.#thread.index) === this.order.row;
  }

  /** What a module left running after its end gets no answer: nobody is there to give one. */
  call(call: Call, canWait: boolean): 'pending' | 'refused' | Answer {
    if (this.hasEnded) return 'pending';
    const taken = this.calls.call(call, canWait);
    if (taken === 'refused') this.vm?.stop();
    return taken;
  }

  answerTo(id: number): Answer | undefined {
    const answer = this.calls.answerTo(id);
    if (answer === undefined) this.vm?.stop();
    return answer;
  }

  stopError(): StintError {
    if (this.hasEnded) return new StintError('CANCELLED', 'the task has ended');
    return stopErrorOf(reasonOf(this.#thread.table.word(this.order.row)));
  }

  wake(): void {
    this.#thread.wake(this);
  }

  settled(end: Step): void {
    this.#thread.settled(this, end);
  }

  rests(): void {
    this.#thread.rests(this);
  }

  /** Takes an answer, from the host or from this thread. Once the task has ended it changes nothing. */
  answer(answer: Answer): void {
    this.calls.answer(answer);
    if (this.calls.hasAnswers) this.wake();
  }

  /** The host has delivered events. */
  delivered(events: number, bytes: number): void {
    this.calls.delivered(events, bytes);
    if (this.calls.hasAnswers) this.wake();
  }

  pending(change: 1 | -1): void {
    this.#thread.pending(change);
  }

  builtin(call: Call, canWait: boolean): Answer | undefined {
    return this.builtins.call(call, canWait);
  }

  /** What the script wrote before the call comes to the host before it. */
  send(call: Call): void {
    this.output.flush();
    this.#thread.post({ op: 'call', row: this.order.row, number: this.order.number, call });
  }

  sendPart(call: Call): void {
    this.#thread.postCloned({ op: 'call', row: this.order.row, number: this.order.number, call });
  }

  sendEvents(events: SentEvent[], bytes: number): void {
    this.#thread.post({ op: 'events', row: this.order.row, number: this.order.number, events, bytes });
  }

  sendOutput(text: string, stream: 'stdout' | 'stderr'): void {
    this.#thread.post({ op: 'output', row: this.order.row, number: this.order.number, stream, text });
  }

  refuse(): void {
    this.#stop(StopReason.hostCallLimit);
  }

  receive(): boolean {
    return this.#thread.receive(this);
  }

  /** Sends what is gathered and closes what the script has open. */
  end(): void {
    this.hasEnded = true;
    this.output.flush();
    this.calls.flush();
    this.builtins.close();
    this.vm = undefined;
  }

  #stop(reason: StopReason): void {
    if (this.#thread.table.requestStop(this.order.row, this.order.number, reason)) this.#thread.ring('task');
  }
}

function stopErrorOf(reason: StopReason): StintError {
  switch (reason) {
    case StopReason.timeout:
      return new StintError('TIMEOUT', 'the task did not end in time');
    case StopReason.closed:
      return new StintError('RUNTIME_CLOSED', 'the runtime is being closed');
    case StopReason.hostCallLimit:
      return new StintError('HOST_CALL_LIMIT', 'the task has made all the host calls that it may');
    default:
      return new StintError('CANCELLED', 'the task was cancelled');
  }
}
