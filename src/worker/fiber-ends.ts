/**
 * How the fibers of a thread end.
 *
 * 1. A task is reported once, after its VM is closed or dropped.
 * 2. A task that is asked to end while it is at rest goes first. If its thread is held by another for half of the
 *    grace, it is ended from the interrupt itself, without a chance to clean up.
 */
import type { ControlTable } from '../control/control-table.js';
import type { StopReason } from '../control/task-word.js';
import { within } from '../control/within.js';
import type { Fiber } from './fiber.js';
import type { LiveFibers } from './live-fibers.js';
import type { ScriptEnd } from './messages.js';
import type { Reporter } from './reporter.js';

/** A task at rest is told to end at once, after half of the grace, and after all of it: then it is dropped. */
const STOPS_IN_GRACE = 3;

export class FiberEnds {
  readonly #table: ControlTable;
  readonly #live: LiveFibers;
  readonly #reporter: Reporter;
  readonly #runFirst: (fiber: Fiber) => void;
  #lastWasStopped = false;

  /** @param runFirst has a fiber run before all others */
  constructor(table: ControlTable, live: LiveFibers, reporter: Reporter, runFirst: (fiber: Fiber) => void) {
    this.#table = table;
    this.#live = live;
    this.#reporter = reporter;
    this.#runFirst = runFirst;
  }

  /** Whether the one that ended last did not come to an end of its own. */
  get lastWasStopped(): boolean {
    return this.#lastWasStopped;
  }

  /** Called by an interrupt at any moment, possibly in the middle of a script's instruction. */
  stopIfAsked(fiber: Fiber | undefined): void {
    if (fiber === undefined || fiber.hasEnded) return;
    const { row, number } = fiber.order;
    // One that was taken back is dropped in its turn.
    if (!this.#table.stopRequested(row) || this.isRevoked(fiber)) return;
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
      this.#runFirst(fiber);
      return;
    }
    const reason = this.#table.end(row, number);
    // Undefined: a break is on its way to it, and will find it.
    if (reason === undefined) return;
    if (endsItself) this.#spoil(fiber);
    fiber.vm?.discard();
    this.#report(fiber, { kind: 'stopped' }, reason);
  }

  /** Whether its task was taken back before it began. */
  isRevoked(fiber: Fiber): boolean {
    return !fiber.begun && this.#table.isRevoked(fiber.order.row, fiber.order.number);
  }

  /** Ends a fiber whose task was taken back: nothing is told of that task. */
  drop(fiber: Fiber): void {
    this.#live.delete(fiber);
    this.#reporter.dropped(fiber);
  }

  /** Ends a fiber whose VM is gone. The thread is in no VM: a break that was announced late is withdrawn at once. */
  finish(fiber: Fiber, end: ScriptEnd): void {
    if (fiber.hasEnded) return;
    if (this.isRevoked(fiber)) {
      this.drop(fiber);
      return;
    }
    let reason: StopReason | undefined;
    do {
      reason = this.#table.end(fiber.order.row, fiber.order.number);
    } while (reason === undefined);
    this.#report(fiber, end, reason);
  }

  /** Ends a fiber that was broken off: the frames that ran it are gone, and its VM is in no state to be used. */
  broken(fiber: Fiber): void {
    const cleaning = fiber.hasEnded ? undefined : fiber.vm?.cleanUp?.();
    fiber.vm?.discard();
    if (cleaning === undefined) this.#reportBroken(fiber);
    else void this.#reportAfter(fiber, cleaning);
  }

  #reportBroken(fiber: Fiber): void {
    if (fiber.hasEnded) return;
    const reason = this.#table.endBroken(fiber.order.row, fiber.order.number);
    this.#report(fiber, { kind: 'stopped' }, reason);
  }

  /** Gives what a broken fiber deferred half of the grace. What takes longer goes with the thread. */
  async #reportAfter(fiber: Fiber, cleaning: Promise<void>): Promise<void> {
    const ended = await within(cleaning, this.#table.grace / 2);
    if (!ended) this.#spoil(fiber);
    this.#reportBroken(fiber);
  }

  /** What a fiber began goes on in the event loop, and nothing but the thread's end will end it. */
  #spoil(fiber: Fiber): void {
    fiber.spoilsThread = true;
    this.#table.raiseRung(fiber.order.row, 'terminate');
  }

  #report(fiber: Fiber, end: ScriptEnd, reason: StopReason): void {
    this.#lastWasStopped = end.kind === 'stopped';
    this.#live.delete(fiber);
    this.#reporter.ended(fiber, end, reason);
  }
}
