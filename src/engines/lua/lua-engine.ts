/**
 * Lua 5.4 as an engine. At most `spares` VMs are kept ready, each in a cell of its own.
 */
import type { Value } from '../../values/value.js';
import type { Engine, EngineCounts, Program, VmHost } from '../engine.js';
import { LuaCell } from './cell.js';
import { LuaCells } from './cells.js';
import { consoleFunctions } from './console.js';
import { toolFunctions } from './host-library.js';
import type { LuaImage } from './image.js';
import type { LuaState } from './lua-state.js';
import { LuaVm } from './lua-vm.js';
import type { LuaModule } from './module.js';
import { errorFunctions } from './push-answer.js';

/** Settings of a {@link LuaEngine}. */
export interface LuaEngineOptions {
  /** How many VMs are kept ready. Default 2. */
  readonly spares?: number;
  /** How many VMs may share a cell when there are many. Default 1: none. */
  readonly cellSize?: number;
  /** Whether nothing can interrupt the thread, so that scripts have to be polled. Default false. */
  readonly polling?: boolean;
}

export class LuaEngine implements Engine {
  readonly #target: number;
  readonly #polling: boolean;
  readonly #cells: LuaCells;
  readonly #spares: LuaState[] = [];
  #live = 0;

  /** @param module from `loadLuaModule`, on any thread */
  constructor(module: LuaModule, options: LuaEngineOptions = {}) {
    const { spares = 2, cellSize = 1, polling = false } = options;
    this.#target = spares;
    this.#polling = polling;
    const make = (image?: LuaImage): LuaCell =>
      new LuaCell(
        module,
        (cell) => ({ ...consoleFunctions(cell), ...errorFunctions(cell), ...toolFunctions(cell) }),
        image,
      );
    this.#cells = new LuaCells(make, cellSize);
  }

  create(program: Program, args: readonly Value[], host: VmHost): LuaVm {
    const spare = this.#cells.isCrowded ? undefined : this.#spares.pop();
    const state = spare ?? this.#cells.newState();
    this.#live += 1;
    const vm = new LuaVm(state, program, args, host, this.#polling, (abandoned) => {
      this.#live -= 1;
      this.#cells.leave(state.cell, vm, abandoned);
    });
    this.#cells.enter(state.cell, vm);
    return vm;
  }

  prepare(most = this.#target): void {
    while (this.#spares.length < Math.min(most, this.#target)) this.#spares.push(this.#cells.soleState());
  }

  counts(): EngineCounts {
    const { made: instances, tableSize } = this.#cells;
    return { live: this.#live, spare: this.#spares.length, instances, tableSize };
  }
}
