/**
 * What a worker thread does: it takes tasks and answers, gives its fibers their turns, and hears the interrupter.
 *
 * 1. A break unwinds the frames of a turn: `#recover` cleans up after it.
 */
import type { ControlTable } from '../control/control-table.js';
import type { Ring as BellMessage, LookReason } from '../control/interrupter-messages.js';
import { Ring } from '../control/ring.js';
import type { Step } from '../engines/engine.js';
import { threadIdleMs, threadNow } from '../scope/thread-now.js';
import { Fiber } from './fiber.js';
import { FiberEnds } from './fiber-ends.js';
import { guardProcess } from './guard-process.js';
import { Link } from './link.js';
import { isModule, LiveFibers } from './live-fibers.js';
import type { Job, ScriptEnd, TaskOrder, ToHost, ToWorker, WorkerSetup } from './messages.js';
import { PipeLink } from './pipe-link.js';
import { Portions, type PortionThread } from './portions.js';
import { loadFailure, Reporter } from './reporter.js';
import { TO_HOST, TO_WORKER } from './short-forms.js';
import { ThreadEngines } from './thread-engines.js';
import { Turns } from './turns.js';
import { Visit } from './visit.js';
import type { WorkerLink } from './worker-link.js';

/** A thread that had nothing to do for so long is idle, in ms. */
const IDLE_MS = 5;

/** So long a thread that has nothing to do waits for its next task before it goes back to its event loop, in ms. */
const NEXT_TASK_MS = 1;

export class ScriptWorker implements PortionThread {
  readonly #setup: WorkerSetup;
  readonly table: ControlTable;
  readonly index: number;
  readonly #link: WorkerLink;
  readonly #jobs = new Map<number, Job>();
  readonly #engines: ThreadEngines;
  readonly #reporter: Reporter;
  readonly #fibers = new LiveFibers();
  readonly #turns: Turns<Fiber>;
  readonly #visit: Visit;
  readonly #ends: FiberEnds;
  readonly #portions: Portions;
  #pendingHere = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #lastWasModule = false;

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
      run: (fiber) => this.#portions.run(fiber),
      more: () => this.#awaitMore(),
      end: (isIdle) => {
        this.#link.call();
        if (!isIdle) return false;
        if (!this.#link.leave()) return true;
        this.#prepareSpares();
        return false;
      },
    });
    this.#ends = new FiberEnds(table, this.#fibers, this.#reporter, (fiber) => this.#turns.addFirst(fiber));
    this.#portions = new Portions(this, this.#engines, this.#reporter, this.#ends, this.#turns, this.#visit);
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
    return this.pendingHere === 0;
  }

  /** A thread that is ended while it reads files would leave them open. */
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
      if (row === undefined) for (const fiber of this.#fibers.values()) this.#ends.stopIfAsked(fiber);
      else this.#ends.stopIfAsked(this.#fibers.at(row));
    });
    const preempted = this.table.threads.takePreempted(this.index);
    if (preempted === undefined) return;
    const fiber = this.#fibers.at(preempted);
    if (fiber?.phase === 'active') fiber.vm?.preempt();
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
          () => {
            this.loaded();
            this.#prepareSpares();
          },
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
        this.#fibers.of(message.row, message.number)?.answer(message.answer);
        return;
      case 'delivered':
        this.#fibers.of(message.row, message.number)?.delivered(message.events, message.bytes);
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
    this.#ends.finish(fiber, end as ScriptEnd);
  }

  #accept(order: TaskOrder, job: Job): void {
    const fiber = new Fiber(order, job, this);
    this.#lastWasModule = isModule(fiber);
    this.#fibers.add(fiber);
    const loading = this.#engines.loading(job.program.language);
    if (loading === undefined) {
      this.#schedule(fiber);
      return;
    }
    void this.loading(loading);
    loading.then(
      () => this.#schedule(fiber),
      (error: unknown) => this.#ends.finish(fiber, loadFailure(error)),
    );
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

  hold(message: ToHost): void {
    this.#link.hold(message);
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

  loopMs(): number {
    return threadNow() - threadIdleMs() - this.#visit.spentMs;
  }

  get pendingHere(): number {
    return this.#pendingHere + this.#fibers.modules;
  }

  pending(change: 1 | -1): void {
    this.#pendingHere += change;
  }

  #schedule(fiber: Fiber): void {
    if (!fiber.hasEnded) this.#turns.add(fiber);
  }

  /** After a break: the frames that ran the fiber are gone. */
  #recover(): void {
    const fiber = this.#visit.takeBroken();
    if (fiber === undefined) return;
    this.#link.recover();
    this.#ends.broken(fiber);
    // Behind the break nothing was sent.
    this.interrupt();
    this.#turns.recover();
  }

  /**
   * Refills spare VMs. Where one is left, only when the thread has been idle for a moment: a task that comes right
   * after another is not to wait for a VM that it does not need.
   */
  #prepareSpares(): void {
    // After a stop somebody is likely to wait for the slot.
    if (this.#fibers.size === 0) this.#engines.prepare(this.#ends.lastWasStopped ? 'one' : 'empty');
    this.#idleTimer = setTimeout(() => {
      if (this.#turns.waiting === 0) this.#engines.prepare('all');
    }, IDLE_MS);
  }
}
