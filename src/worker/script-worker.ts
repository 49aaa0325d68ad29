/**
 * Runs the tasks that a worker thread is given.
 *
 * 1. A thread is in at most one VM at a time; the control table says in which, so that a break is only
 *    sent while it cannot hit anything else.
 * 2. A task is reported once, after its VM is closed or dropped.
 * 3. A break unwinds this file's own frames too. What was going on is known from `#inVm` alone, and
 *    `#recover` (the next thing that the event loop runs) cleans up after it.
 * 4. A task that is asked to end while it is at rest goes first. If its thread is held by another for half of the
 *    grace, it is ended from the interrupt itself, without a chance to clean up.
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { ControlTable } from '../control/control-table.js';
import type { LookReason, Ring } from '../control/interrupter-messages.js';
import { State, type StopReason, stateOf } from '../control/task-word.js';
import type { Vm } from '../engines/engine.js';
import { Fiber, type FiberThread } from './fiber.js';
import type { ScriptEnd, TaskOrder, ToHost, ToWorker, WorkerSetup } from './messages.js';
import { Outbox } from './outbox.js';
import { internalFailure, reportOf } from './report.js';
import { ThreadEngines } from './thread-engines.js';
import { Turns } from './turns.js';

/** A thread that had nothing to do for so long is idle, in ms. */
const IDLE_MS = 5;

export class ScriptWorker implements FiberThread {
  readonly #setup: WorkerSetup;
  readonly table: ControlTable;
  readonly index: number;
  readonly #host: MessagePort;
  readonly #outbox: Outbox;
  readonly #engines: ThreadEngines;
  readonly #fibers = new Map<number, Fiber>();
  readonly #turns: Turns<Fiber>;
  /** Calls that only this thread's event loop can answer: what runs must not keep it from that. */
  #pendingHere = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #inVm: Fiber | undefined;

  constructor(setup: WorkerSetup, table: ControlTable, host: MessagePort) {
    this.#setup = setup;
    this.table = table;
    this.index = setup.thread;
    this.#host = host;
    this.#outbox = new Outbox(host);
    this.#engines = new ThreadEngines({ polling: setup.means === 'polling', cellSize: setup.cellSize });
    this.#turns = new Turns(table.threads.quantum, {
      begin: () => {
        this.#recover();
        clearTimeout(this.#idleTimer);
      },
      run: (fiber) => {
        if (!fiber.hasEnded) this.#resume(fiber);
      },
      end: (isIdle) => {
        this.#outbox.flush();
        if (isIdle) this.#prepareSpares();
      },
    });
  }

  receiveMessage(message: ToWorker): void {
    this.table.threads.noteReceived(this.index);
    this.#recover();
    this.#take(message);
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
    if (!this.table.stopRequested(row)) return;
    if (fiber.phase === 'active') {
      fiber.vm?.stop();
      return;
    }
    if (fiber.vm?.cleansUp === true && !fiber.stopSeen) {
      fiber.stopSeen = true;
      fiber.phase = 'queued';
      fiber.vm.stop();
      this.#turns.addFirst(fiber);
      return;
    }
    const reason = this.table.end(row, number);
    // Undefined: a break is on its way to it, and will find it.
    if (reason === undefined) return;
    fiber.vm?.discard();
    this.#report(fiber, { kind: 'stopped' }, reason);
  }

  #fiber(row: number, number: number): Fiber | undefined {
    const fiber = this.#fibers.get(row);
    return fiber?.order.number === number ? fiber : undefined;
  }

  /** Takes a message. Also in the middle of a script that blocks its thread: nothing of a script runs here. */
  #take(message: ToWorker): void {
    switch (message.op) {
      case 'engine':
        this.#engines.add(message.engine);
        return;
      case 'start':
        this.#accept(message.order);
        return;
      case 'answer':
        this.#fiber(message.row, message.number)?.answer(message.answer);
        return;
      case 'delivered':
        this.#fiber(message.row, message.number)?.delivered(message.events, message.bytes);
    }
  }

  /** Has a fiber go on that waits; it happens once, however many reasons there are. */
  wake(fiber: Fiber): void {
    if (fiber.phase !== 'waiting' || fiber.hasEnded) return;
    const { row, number } = fiber.order;
    if (!this.table.wake(row, number)) return;
    fiber.phase = 'queued';
    this.table.threads.count(this.index, 'wakeups');
    this.#outbox.hold({ op: 'woken', row, number });
    this.#schedule(fiber);
  }

  #accept(order: TaskOrder): void {
    const fiber = new Fiber(order, this);
    this.#fibers.set(order.row, fiber);
    const loading = this.#engines.loading(order.program);
    if (loading === undefined) {
      this.#schedule(fiber);
      return;
    }
    loading.then(
      () => this.#schedule(fiber),
      (error: unknown) => this.#finish(fiber, internalFailure(error)),
    );
  }

  /** The fiber's VM, made when its turn comes; undefined if it comes later. */
  #createVm(fiber: Fiber): Vm | undefined {
    const made = this.#engines.create(fiber.order.program, fiber);
    if (!(made instanceof Promise)) return made;
    made.then(
      (vm) => {
        if (fiber.hasEnded) {
          vm.discard();
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
    this.#outbox.flush();
    let received = receiveMessageOnPort(this.#host);
    if (received === undefined) {
      this.table.threads.awaitRing(this.index, rings);
      received = receiveMessageOnPort(this.#host);
    }
    for (; received !== undefined; received = receiveMessageOnPort(this.#host)) {
      this.table.threads.noteReceived(this.index);
      this.#take(received.message as ToWorker);
    }
    return !this.table.stopRequested(row);
  }

  ring(why: LookReason): void {
    this.#setup.bell.postMessage(why satisfies Ring);
  }

  post(message: ToHost): void {
    this.#outbox.post(message);
  }

  pending(change: 1 | -1): void {
    this.#pendingHere += change;
  }

  #schedule(fiber: Fiber): void {
    if (!fiber.hasEnded) this.#turns.add(fiber);
  }

  #resume(fiber: Fiber): void {
    try {
      fiber.vm ??= this.#createVm(fiber);
    } catch (error) {
      this.#finish(fiber, internalFailure(error));
      return;
    }
    if (fiber.vm !== undefined) this.#run(fiber, fiber.vm);
  }

  #run(fiber: Fiber, vm: Vm): void {
    fiber.phase = 'active';
    // Looked at after that: an interrupt that comes earlier ends a fiber at rest.
    if (fiber.hasEnded) {
      vm.discard();
      return;
    }
    if (!fiber.begun && !this.#begin(fiber)) {
      vm.discard();
      this.#finish(fiber, { kind: 'stopped' });
      return;
    }
    const recovery = setImmediate(() => this.#recover());
    fiber.enteredAt = performance.now();
    this.#inVm = fiber;
    this.table.threads.setRunnable(this.index, this.#turns.waiting + this.#pendingHere);
    this.table.threads.enter(this.index, fiber.order.row, vm.preemptible);
    if (
      vm.preemptible &&
      this.table.threads.isWanted(this.index) &&
      this.table.threads.sliceEnd(this.index) < this.table.slicesDue
    ) {
      this.ring('slice');
    }

    const end = this.#portion(fiber, vm);

    fiber.cpuMs += performance.now() - fiber.enteredAt;
    this.table.threads.enter(this.index);
    // A break that was announced while the thread was in the VM is on its way: it has to arrive here.
    while (stateOf(this.table.word(fiber.order.row)) === State.breaking);
    this.#inVm = undefined;
    clearImmediate(recovery);
    if (end !== undefined) this.#finish(fiber, end);
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
      if (step.kind === 'waiting') {
        // Set before the table says so: an interrupt that comes between the two finds it at rest.
        fiber.phase = 'waiting';
        if (this.table.wait(row, number)) {
          this.#outbox.hold({ op: 'waiting', row, number });
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
    const fiber = this.#inVm;
    if (fiber === undefined) return;
    this.#inVm = undefined;
    this.table.threads.enter(this.index);
    fiber.vm?.discard();
    if (!fiber.hasEnded) {
      fiber.cpuMs += performance.now() - fiber.enteredAt;
      const reason = this.table.endBroken(fiber.order.row, fiber.order.number);
      this.#report(fiber, { kind: 'stopped' }, reason);
    }
    this.#turns.recover();
  }

  /** Ends a fiber whose VM is gone. The thread is in no VM: a break that was announced late is withdrawn at once. */
  #finish(fiber: Fiber, end: ScriptEnd): void {
    if (fiber.hasEnded) return;
    let reason: StopReason | undefined;
    do {
      reason = this.table.end(fiber.order.row, fiber.order.number);
    } while (reason === undefined);
    this.#report(fiber, end, reason);
  }

  #report(fiber: Fiber, end: ScriptEnd, reason: StopReason): void {
    const { row, number } = fiber.order;
    const report = reportOf(fiber, end, reason, this.table);
    this.#fibers.delete(row);
    fiber.end();
    this.post({ op: 'ended', row, number, report, engines: this.#engines.counts() });
  }

  /**
   * Refills spare VMs. Where one is left, only when the thread has been idle for a moment: a task that comes right
   * after another is not to wait for a VM that it does not need.
   */
  #prepareSpares(): void {
    this.#engines.prepare('empty');
    this.#idleTimer = setTimeout(() => {
      if (this.#turns.waiting === 0) this.#engines.prepare('all');
    }, IDLE_MS);
  }
}
