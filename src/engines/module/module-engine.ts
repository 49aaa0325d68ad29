/**
 * The functions of modules, run by V8 itself on their thread. What they do is trusted; that they end is not.
 *
 * 1. A thread loads a module once and calls it for many tasks.
 * 2. A module that was broken off, or in which an error went uncaught, is loaded anew for the next task.
 */
import type { EngineCounts, EventLoopVmHost, ModuleProgram } from '../engine.js';
import { ModuleLoader } from './module-loader.js';
import { ModuleVm } from './module-vm.js';

export class ModuleEngine {
  readonly #loader = new ModuleLoader();
  #live = 0;

  create(program: ModuleProgram, args: readonly unknown[], host: EventLoopVmHost): ModuleVm {
    this.#live += 1;
    return new ModuleVm(program, args, this.#loader, host, () => {
      this.#live -= 1;
    });
  }

  /** Whether the thread should be replaced, for what its modules hold. */
  get keepsTooMuch(): boolean {
    return this.#loader.keepsTooMuch;
  }

  counts(): EngineCounts {
    return { live: this.#live, spare: 0, instances: this.#loader.loads, tableSize: 0 };
  }
}
