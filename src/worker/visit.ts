/**
 * Which VM a thread is in: one at most. The control table says so, so that a break is only sent while it cannot hit anything else.
 *
 * A break unwinds the frames that were in the VM, and those that called them. That one came is known from the visit that was not left; the next thing that
 * the event loop runs finds that.
 */
import type { ControlTable } from '../control/control-table.js';
import { State, stateOf } from '../control/task-word.js';
import type { Vm } from '../engines/engine.js';
import { threadNow } from '../scope/thread-now.js';
import type { Fiber } from './fiber.js';

export class Visit {
  readonly #table: ControlTable;
  readonly #thread: number;
  readonly #onBroken: () => void;
  #fiber: Fiber | undefined;
  #recovery: NodeJS.Immediate | undefined;
  #spentMs = 0;

  /** @param onBroken called after a visit that was broken off: it has to call {@link takeBroken} */
  constructor(table: ControlTable, thread: number, onBroken: () => void) {
    this.#table = table;
    this.#thread = thread;
    this.#onBroken = onBroken;
  }

  /**
   * @param others how many fibers could run in the meantime
   * @returns whether the interrupter has to be told: the fiber's slice may end before it looks by itself
   */
  enter(fiber: Fiber, vm: Vm, others: number): boolean {
    const { threads } = this.#table;
    this.#recovery = setImmediate(this.#onBroken);
    fiber.enteredAt = threadNow();
    this.#fiber = fiber;
    threads.setRunnable(this.#thread, others);
    threads.enter(this.#thread, fiber.order.row, vm.preemptible);
    // When the next look is, is read last: one that is over by now may not have seen the thread in the VM.
    return vm.preemptible && threads.isWanted(this.#thread) && threads.sliceEnd(this.#thread) < this.#table.slicesDue;
  }

  /** Milliseconds that the thread has been in VMs. */
  get spentMs(): number {
    return this.#spentMs;
  }

  leave(fiber: Fiber): void {
    this.#count(fiber);
    this.#table.threads.enter(this.#thread);
    // A break that was announced while the thread was in the VM is on its way: it has to arrive here.
    while (stateOf(this.#table.word(fiber.order.row)) === State.breaking);
    this.#fiber = undefined;
    clearImmediate(this.#recovery);
  }

  /** The fiber whose visit was broken off, once. */
  takeBroken(): Fiber | undefined {
    const fiber = this.#fiber;
    if (fiber === undefined) return undefined;
    this.#fiber = undefined;
    this.#table.threads.enter(this.#thread);
    this.#table.threads.breakCame(this.#thread);
    this.#count(fiber);
    return fiber;
  }

  #count(fiber: Fiber): void {
    const ms = threadNow() - fiber.enteredAt;
    this.#spentMs += ms;
    fiber.addCpu(ms);
  }
}
