/**
 * Runs the tasks that a worker thread is given.
 *
 * 1. A task is reported once, after its VM is closed or dropped.
 * 2. A break unwinds this file's own frames too: `#recover` cleans up after it.
 * 3. A task that is asked to end while it is at rest goes first. If its thread is held by another for half of the
 *    grace, it is ended from the interrupt itself, without a chance to clean up.
 */
import type { ControlTable } from '../control/control-table.js';
import type { Ring as BellMessage, LookReason } from '../control/interrupter-messages.js';
import { Ring } from '../control/ring.js';
import { RowMap } from '../control/row-map.js';
import type { StopReason } from '../control/task-word.js';
import { within } from '../control/within.js';
import type { Step, Vm } from '../engines/engine.js';
import { unpack } from '../values/packed.js';
import { Fiber, type FiberThread } from './fiber.js';
import { guardProcess } from './guard-process.js';
import { Link } from './link.js';
import type { Job, ScriptEnd, TaskOrder, ToHost, ToWorker, WorkerSetup } from './messages.js';
import { PipeLink } from './pipe-link.js';
import { internalFailure, Reporter } from './reporter.js';
import { TO_HOST, TO_WORKER } from './short-forms.js';
import { ThreadEngines } from './thread-engines.js';
import { Turns } from './turns.js';
import { Visit } from './visit.js';
import type { WorkerLink } from './worker-link.js';

/** A thread that had nothing to do for so long is idle, in ms. */
const IDLE_MS = 5;

/** A task at rest is told to end at once, after half of the grace, and after all of it: then it is dropped. */
const STOPS_IN_GRACE = 3;

/** So long a thread that has nothing to do waits for its next task before it goes back to its event loop, in ms. */
const NEXT_TASK_MS = 1;

export class ScriptWorker implements FiberThread {
  readonly #setup: WorkerSetup;
  readonly table: ControlTable;
  readonly index: number;
  readonly #link: WorkerLink;
  readonly #jobs = new Map<number, Job>();
  readonly #engines: ThreadEngines;
  readonly #reporter: Reporter;
  readonly #fibers = new RowMap<Fiber>();
  readonly #turns: Turns<Fiber>;
  readonly #visit: Visit;
  /** Calls that only this thread's event loop can answer: what runs must not keep it from that. */
  #pendingHere = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #lastWasModule = false;
  /** Fibers of module tasks: what they wait for is theirs. */
  #modules = 0;
  #lastWasStopped = false;

  constructor(setup: WorkerSetup, table: ControlTable) {
    this.#setup = setup;
    this.table = table;
    this.index = setup.thread;
    const link = new Link<ToHost, ToWorker>(
      { port: setup.port, incoming: new Ring(setup.rings), outgoing: new Ring(setup.rings, Ring.BYTES) },
      { shorten: TO_HOST.shorten, lengthen: TO_WORKER.lengthen },
      (message) => this.#take(message),
      () => this.#turns.run(),
    );
    this.#link =
      setup.pipes === undefined
        ? link
        : new PipeLink(
            setup.pipes,
            link,
            table,
            (message) => this.#take(message),
            () => this.#turns.run(),
          );
    this.#engines = new ThreadEngines({ polling: setup.means === 'polling', cellSize: setup.cellSize }, () =>
      guardProcess((thrown) => this.uncaught(thrown)),
    );
    this.#reporter = new Reporter(setup, table, this.#link, this.#engines);
    this.#visit = new Visit(table, this.index, () => this.#recover());
    this.#turns = new Turns(table.threads.quantum, {
      begin: () => {
        this.#recover();
        clearTimeout(this.#idleTimer);
      },
      receive: () => {
        this.#link.takeAll();
      },
      run: (fiber) => {
        if (!fiber.hasEnded) this.#resume(fiber);
      },
      more: () => this.#awaitMore(),
      end: (isIdle) => {
        this.#link.call();
        if (!isIdle) return false;
        if (!this.#link.leave()) return true;
        this.#prepareSpares();
        return false;
      },
    });
  }

  /** Nothing is left to run. True if something has come meanwhile. */
  #awaitMore(): boolean {
    this.#link.call();
    if (this.#onlyHostCanAct && !this.#link.spin()) this.#link.block(NEXT_TASK_MS);
    if (this.#link.leave()) return false;
    this.#link.takeAll();
    return true;
  }

  /** Whether nothing is to be expected of the event loop. After the last script there are VMs to make. */
  get #onlyHostCanAct(): boolean {
    if (this.#fibers.size === 0) return this.#lastWasModule;
    return this.#modules === 0 && this.#pendingHere === 0;
  }

  /** Has the host know that the thread reads files: one that is ended meanwhile would leave them open. */
  async loading(what: Promise<unknown>): Promise<void> {
    this.table.threads.beginLoading(this.index);
    await what.catch(() => undefined);
    this.loaded();
  }

  /** What was to be loaded is. */
  loaded(): void {
    if (this.table.threads.endLoading(this.index)) this.#reporter.loaded();
  }

  /** Called by an interrupt at any moment, possibly in the middle of a script's instruction. */
  interrupt(): void {
    this.table.threads.takeCalls(this.index, (row) => {
      if (row === undefined) for (const fiber of this.#fibers.values()) this.#stopIfAsked(fiber);
      else this.#stopIfAsked(this.#fibers.get(row));
    });
    const preempted = this.table.threads.takePreempted(this.index);
    if (preempted === undefined) return;
    const fiber = this.#fibers.get(preempted);
    if (fiber?.phase === 'active') fiber.vm?.preempt();
  }

  #stopIfAsked(fiber: Fiber | undefined): void {
    if (fiber === undefined || fiber.hasEnded) return;
    const { row, number } = fiber.order;
    // One that was taken back is dropped in its turn.
    if (!this.table.stopRequested(row) || this.#isRevoked(fiber)) return;
    if (fiber.phase === 'active') {
      fiber.vm?.stop();
      return;
    }
    fiber.stopsSeen += 1;
    const cleansUp = fiber.vm?.cleansUp === true;
    const endsItself = cleansUp && fiber.vm?.endsItself === true;
    // The second time, one that ends by itself is to run what it deferred.
    if (fiber.vm !== undefined && cleansUp && fiber.stopsSeen <= (endsItself ? STOPS_IN_GRACE - 1 : 1)) {
      fiber.phase = 'queued';
      fiber.vm.stop();
      this.#turns.addFirst(fiber);
      return;
    }
    const reason = this.table.end(row, number);
    // Undefined: a break is on its way to it, and will find it.
    if (reason === undefined) return;
    if (endsItself) this.#spoil(fiber);
    fiber.vm?.discard();
    this.#report(fiber, { kind: 'stopped' }, reason);
  }

  /** What a fiber began goes on in the event loop, and nothing but the thread's end will end it. */
  #spoil(fiber: Fiber): void {
    fiber.spoilsThread = true;
    this.table.raiseRung(fiber.order.row, 'terminate');
  }

  #fiber(row: number, number: number): Fiber | undefined {
    const fiber = this.#fibers.get(row);
    return fiber?.order.number === number ? fiber : undefined;
  }

  /** Takes a message. Also in the middle of a script that blocks its thread: nothing of a script runs here. */
  #take(message: ToWorker): void {
    this.table.threads.noteReceived(this.index);
    switch (message.op) {
      case 'ask':
        this.#link.send({ op: 'here' });
        return;
      case 'engine':
        // The host has counted it. If it fails, the tasks that wait for it say so.
        this.#engines.add(message.engine).then(
          () => this.loaded(),
          () => this.loaded(),
        );
        return;
      case 'forget':
        this.#jobs.clear();
        return;
      case 'job':
        this.#jobs.set(message.id, message.job);
        return;
      case 'start': {
        const { job } = message;
        this.#accept(message.order, typeof job === 'number' ? (this.#jobs.get(job) as Job) : job);
        return;
      }
      case 'answer':
        this.#fiber(message.row, message.number)?.answer(message.answer);
        return;
      case 'delivered':
        this.#fiber(message.row, message.number)?.delivered(message.events, message.bytes);
    }
  }

  /** Has a fiber go on that waits; it happens once, however many reasons there are. */
  wake(fiber: Fiber): void {
    if (fiber.hasEnded) return;
    const { row, number } = fiber.order;
    if (fiber.phase === 'held') {
      fiber.phase = 'queued';
      this.#schedule(fiber);
    }
    if (fiber.phase !== 'waiting') return;
    if (!this.table.wake(row, number)) return;
    fiber.phase = 'queued';
    this.table.threads.count(this.index, 'wakeups');
    this.#link.hold({ op: 'woken', row, number });
    this.#schedule(fiber);
  }

  rests(fiber: Fiber): void {
    const { row, number } = fiber.order;
    if (fiber.phase !== 'held' || !this.table.wait(row, number)) return;
    fiber.phase = 'waiting';
    this.#link.send({ op: 'waiting', row, number });
  }

  settled(fiber: Fiber, end: Step): void {
    if (fiber.hasEnded) return;
    fiber.vm?.close();
    this.#finish(fiber, end as ScriptEnd);
  }

  #accept(order: TaskOrder, job: Job): void {
    const fiber = new Fiber(order, job, this);
    this.#lastWasModule = job.program.language === 'module';
    if (this.#lastWasModule) this.#modules += 1;
    this.#fibers.set(order.row, fiber);
    const loading = this.#engines.loading(job.program.language);
    if (loading === undefined) {
      this.#schedule(fiber);
      return;
    }
    void this.loading(loading);
    loading.then(
      () => this.#schedule(fiber),
      (error: unknown) => this.#finish(fiber, internalFailure(error)),
    );
  }

  /** The fiber's VM, made when its turn comes; undefined if it comes later. */
  #createVm(fiber: Fiber): Vm | undefined {
    const { job } = fiber;
    const { args: sent } = fiber.order;
    const args = sent instanceof Uint8Array ? unpack(sent) : sent;
    const made = this.#engines.create(job.program, args, fiber);
    if (!(made instanceof Promise)) return made;
    void this.loading(made);
    made.then(
      (vm) => {
        if (fiber.hasEnded) {
          // Its task was ended and reported while it was made, and may have been counted by another one's report.
          vm.discard();
          this.#reporter.tellCounts();
          return;
        }
        fiber.vm = vm;
        this.#schedule(fiber);
      },
      (error: unknown) => this.#finish(fiber, internalFailure(error)),
    );
    return undefined;
  }

  receive(fiber: Fiber): boolean {
    const { row } = fiber.order;
    const rings = this.table.threads.rings(this.index);
    if (this.table.stopRequested(row)) return false;
    this.#link.call();
    if (!this.#link.takeAll()) {
      this.table.threads.awaitRing(this.index, rings);
      this.#link.takeAll();
    }
    return !this.table.stopRequested(row);
  }

  ring(why: LookReason): void {
    this.#setup.bell.postMessage(why satisfies BellMessage);
  }

  post(message: ToHost): void {
    this.#link.send(message);
  }

  postCloned(message: ToHost): void {
    this.#link.sendCloned(message, []);
  }

  /** Something in the event loop threw. @throws it again if no task can be told to be the cause */
  uncaught(thrown: unknown): void {
    const ofModules = [...this.#fibers.values()].filter((fiber) => fiber.vm?.fail !== undefined);
    const held = ofModules.filter((fiber) => fiber.phase === 'held');
    const [cause, another] = held.length > 0 ? held : ofModules;
    if (cause === undefined || another !== undefined) throw thrown;
    cause.spoilsThread = true;
    cause.vm?.fail?.(thrown);
  }

  pending(change: 1 | -1): void {
    this.#pendingHere += change;
  }

  #schedule(fiber: Fiber): void {
    if (!fiber.hasEnded) this.#turns.add(fiber);
  }

  #resume(fiber: Fiber): void {
    fiber.phase = 'active';
    // Looked at after that: an interrupt that comes earlier ends a fiber at rest; one that comes later leaves it to its turn, also while its VM is made.
    if (fiber.hasEnded) return;
    // It needs no VM.
    if (fiber.vm === undefined && this.#isRevoked(fiber)) {
      this.#drop(fiber);
      return;
    }
    try {
      fiber.vm ??= this.#createVm(fiber);
    } catch (error) {
      this.#finish(fiber, internalFailure(error));
      return;
    }
    if (fiber.vm !== undefined) {
      this.#run(fiber, fiber.vm);
      return;
    }
    fiber.phase = 'queued';
    this.#stopIfAsked(fiber);
  }

  #run(fiber: Fiber, vm: Vm): void {
    if (!fiber.begun && !this.#begin(fiber)) {
      vm.discard();
      this.#finish(fiber, { kind: 'stopped' });
      return;
    }
    const isSliceNear = this.#visit.enter(fiber, vm, this.#turns.waiting + this.#pendingHere);
    if (isSliceNear) this.ring('slice');
    const end = this.#portion(fiber, vm);
    this.#visit.leave(fiber);
    if (end !== undefined) this.#finish(fiber, end);
  }

  /** Whether its task was taken back before it began. */
  #isRevoked(fiber: Fiber): boolean {
    return !fiber.begun && this.table.isRevoked(fiber.order.row, fiber.order.number);
  }

  #forget(fiber: Fiber): void {
    this.#fibers.delete(fiber.order.row);
    if (fiber.job.program.language === 'module') this.#modules -= 1;
  }

  #drop(fiber: Fiber): void {
    this.#forget(fiber);
    this.#reporter.dropped(fiber);
  }

  #begin(fiber: Fiber): boolean {
    const { row, number, timeout, announce } = fiber.order;
    if (!this.table.begin(row, number, timeout)) return false;
    fiber.begun = true;
    if (this.table.deadline(row) < this.table.tasksDue) this.ring('task');
    if (announce) this.post({ op: 'began', row, number });
    return true;
  }

  /** One portion of a script. Returns its end if this was the last one; its VM is closed then. */
  #portion(fiber: Fiber, vm: Vm): ScriptEnd | undefined {
    const { row, number } = fiber.order;
    try {
      const step = vm.resume(fiber.calls.take());
      fiber.calls.flush();
      const goesOn = step.kind === 'runnable' || (step.kind === 'waiting' && fiber.calls.hasAnswers);
      if (goesOn && !this.table.stopRequested(row)) {
        fiber.phase = 'queued';
        if (step.kind === 'runnable') {
          this.table.threads.count(this.index, 'slices');
          this.#turns.addCut(fiber);
        } else {
          this.#turns.add(fiber);
        }
        return undefined;
      }
      if (step.kind === 'held') {
        fiber.phase = 'held';
        return undefined;
      }
      if (step.kind === 'waiting') {
        // Set before the table says so: an interrupt that comes between the two finds it at rest.
        fiber.phase = 'waiting';
        if (this.table.wait(row, number)) {
          fiber.unboundSince = undefined;
          this.#link.hold({ op: 'waiting', row, number });
          return undefined;
        }
        if (fiber.hasEnded) return undefined;
        fiber.phase = 'active';
      }
      vm.close();
      return step.kind === 'runnable' || step.kind === 'waiting' ? { kind: 'stopped' } : step;
    } catch (error) {
      vm.discard();
      return internalFailure(error);
    }
  }

  /** After a break: the frames that ran the fiber are gone, and its VM is in no state to be used. */
  #recover(): void {
    const fiber = this.#visit.takeBroken();
    if (fiber === undefined) return;
    this.#link.recover();
    const cleaning = fiber.hasEnded ? undefined : fiber.vm?.cleanUp?.();
    fiber.vm?.discard();
    if (cleaning === undefined) this.#reportBroken(fiber);
    else void this.#reportAfter(fiber, cleaning);
    this.#turns.recover();
  }

  #reportBroken(fiber: Fiber): void {
    if (fiber.hasEnded) return;
    const reason = this.table.endBroken(fiber.order.row, fiber.order.number);
    this.#report(fiber, { kind: 'stopped' }, reason);
  }

  /** Gives what a broken fiber deferred half of the grace. What takes longer goes with the thread. */
  async #reportAfter(fiber: Fiber, cleaning: Promise<void>): Promise<void> {
    const ended = await within(cleaning, this.table.grace / 2);
    if (!ended) this.#spoil(fiber);
    this.#reportBroken(fiber);
  }

  /** Ends a fiber whose VM is gone. The thread is in no VM: a break that was announced late is withdrawn at once. */
  #finish(fiber: Fiber, end: ScriptEnd): void {
    if (fiber.hasEnded) return;
    if (this.#isRevoked(fiber)) {
      this.#drop(fiber);
      return;
    }
    let reason: StopReason | undefined;
    do {
      reason = this.table.end(fiber.order.row, fiber.order.number);
    } while (reason === undefined);
    this.#report(fiber, end, reason);
  }

  #report(fiber: Fiber, end: ScriptEnd, reason: StopReason): void {
    this.#lastWasStopped = end.kind === 'stopped';
    this.#forget(fiber);
    this.#reporter.ended(fiber, end, reason);
  }

  /**
   * Refills spare VMs. Where one is left, only when the thread has been idle for a moment: a task that comes right
   * after another is not to wait for a VM that it does not need.
   */
  #prepareSpares(): void {
    // After a stop somebody is likely to wait for the slot.
    if (this.#fibers.size === 0) this.#engines.prepare(this.#lastWasStopped ? 'one' : 'empty');
    this.#idleTimer = setTimeout(() => {
      if (this.#turns.waiting === 0) this.#engines.prepare('all');
    }, IDLE_MS);
  }
}
