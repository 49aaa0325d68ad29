/**
 * Runs the fibers of a thread, each a portion at a time: until it waits, its slice is over, or it ends.
 *
 * 1. A fiber's VM is made when its turn comes.
 * 2. A break unwinds this file's own frames too: nothing here is in need of being undone.
 */
import type { Vm } from '../engines/engine.js';
import { unpack } from '../values/packed.js';
import type { Fiber, FiberThread } from './fiber.js';
import type { FiberEnds } from './fiber-ends.js';
import type { ScriptEnd, ToHost } from './messages.js';
import { internalFailure, type Reporter } from './reporter.js';
import type { ThreadEngines } from './thread-engines.js';
import type { Turns } from './turns.js';
import type { Visit } from './visit.js';

/** What portions need of their thread. */
export interface PortionThread extends FiberThread {
  /** How many calls, and functions of modules, only the thread's event loop can help on: what runs must not keep it from that. */
  readonly pendingHere: number;
  /** Sends the host a message when there is another, or nothing is left to run. */
  hold(message: ToHost): void;
  /** Has the host know that the thread reads files until this has settled. */
  loading(what: Promise<unknown>): Promise<void>;
}

export class Portions {
  readonly #thread: PortionThread;
  readonly #engines: ThreadEngines;
  readonly #reporter: Reporter;
  readonly #ends: FiberEnds;
  readonly #turns: Turns<Fiber>;
  readonly #visit: Visit;

  constructor(
    thread: PortionThread,
    engines: ThreadEngines,
    reporter: Reporter,
    ends: FiberEnds,
    turns: Turns<Fiber>,
    visit: Visit,
  ) {
    this.#thread = thread;
    this.#engines = engines;
    this.#reporter = reporter;
    this.#ends = ends;
    this.#turns = turns;
    this.#visit = visit;
  }

  /** Runs a fiber whose turn it is. */
  run(fiber: Fiber): void {
    if (fiber.hasEnded) return;
    fiber.phase = 'active';
    // Looked at after that: an interrupt that comes earlier ends a fiber at rest; one that comes later leaves it to its turn, also while its VM is made.
    if (fiber.hasEnded) return;
    // It needs no VM.
    if (fiber.vm === undefined && this.#ends.isRevoked(fiber)) {
      this.#ends.drop(fiber);
      return;
    }
    try {
      fiber.vm ??= this.#createVm(fiber);
    } catch (error) {
      this.#ends.finish(fiber, internalFailure(error));
      return;
    }
    if (fiber.vm !== undefined) {
      this.#enter(fiber, fiber.vm);
      return;
    }
    fiber.phase = 'queued';
    this.#ends.stopIfAsked(fiber);
  }

  /** The fiber's VM; undefined if it comes later. */
  #createVm(fiber: Fiber): Vm | undefined {
    const { job } = fiber;
    const { args: sent } = fiber.order;
    const args = sent instanceof Uint8Array ? unpack(sent) : sent;
    const made = this.#engines.create(job.program, args, fiber);
    if (!(made instanceof Promise)) return made;
    void this.#thread.loading(made);
    made.then(
      (vm) => {
        if (fiber.hasEnded) {
          // Its task was ended and reported while it was made, and may have been counted by another one's report.
          vm.discard();
          this.#reporter.tellCounts();
          return;
        }
        fiber.vm = vm;
        this.#turns.add(fiber);
      },
      (error: unknown) => this.#ends.finish(fiber, internalFailure(error)),
    );
    return undefined;
  }

  #enter(fiber: Fiber, vm: Vm): void {
    if (!fiber.begun && !this.#begin(fiber)) {
      vm.discard();
      this.#ends.finish(fiber, { kind: 'stopped' });
      return;
    }
    const isSliceNear = this.#visit.enter(fiber, vm, this.#turns.waiting + this.#thread.pendingHere);
    if (isSliceNear) this.#thread.ring('slice');
    const end = this.#portion(fiber, vm);
    this.#visit.leave(fiber);
    if (end !== undefined) this.#ends.finish(fiber, end);
  }

  #begin(fiber: Fiber): boolean {
    const { row, number, timeout, announce } = fiber.order;
    const { table } = this.#thread;
    if (!table.begin(row, number, timeout)) return false;
    fiber.begun = true;
    if (table.deadline(row) < table.tasksDue) this.#thread.ring('task');
    if (announce) this.#thread.post({ op: 'began', row, number });
    return true;
  }

  /** One portion of a script. Returns its end if this was the last one; its VM is closed then. */
  #portion(fiber: Fiber, vm: Vm): ScriptEnd | undefined {
    const { row, number } = fiber.order;
    const { table, index } = this.#thread;
    try {
      const step = vm.resume(fiber.calls.take());
      fiber.calls.flush();
      const goesOn = step.kind === 'runnable' || (step.kind === 'waiting' && fiber.calls.hasAnswers);
      if (goesOn && !table.stopRequested(row)) {
        fiber.phase = 'queued';
        if (step.kind === 'runnable') {
          table.threads.count(index, 'slices');
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
        if (table.wait(row, number)) {
          fiber.unboundSince = undefined;
          this.#thread.hold({ op: 'waiting', row, number });
          return undefined;
        }
        if (fiber.hasEnded) return undefined;
        fiber.phase = 'active';
      }
      vm.close();
      return step.kind === 'runnable' || step.kind === 'waiting' ? { kind: 'stopped' } : step;
    } catch (error) {
      // What a module did to its thread may be why.
      fiber.spoilsThread ||= vm.endsItself === true;
      vm.discard();
      return internalFailure(error);
    }
  }
}
