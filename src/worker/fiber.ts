import type { Vm } from '../engines/engine.js';
import type { Builtins } from './builtins.js';
import type { FiberCalls } from './fiber-calls.js';
import type { TaskOrder } from './messages.js';
import type { OutputGate } from './output-gate.js';

/**
 * Where a fiber is on its thread. An interrupt acts on it: in `active` it may find the thread anywhere
 * between the fiber's begin and its end, in the others the fiber is at rest.
 */
export type FiberPhase = 'queued' | 'active' | 'waiting' | 'ended';

/** One task on its thread. */
export interface Fiber {
  readonly order: TaskOrder;
  readonly output: OutputGate;
  readonly calls: FiberCalls;
  readonly builtins: Builtins;
  phase: FiberPhase;
  vm: Vm | undefined;
  /** Whether the script has begun to run. */
  begun: boolean;
  /** Whether it was told to end while it was at rest, and has not had its turn since. */
  stopSeen: boolean;
  /** When its thread last entered the VM, on `performance`'s clock. */
  enteredAt: number;
  /** Milliseconds spent in the script so far. */
  cpuMs: number;
}
