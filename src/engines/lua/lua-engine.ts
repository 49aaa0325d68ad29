/**
 * Lua 5.4 as an engine.
 *
 * 1. A cell serves one VM at a time. It serves again only after a VM that closed cleanly in it and left
 *    its memory about as small as it was: a grown memory never shrinks.
 * 2. At most `spares` VMs are kept ready, and as many empty cells.
 */
import type { Engine, EngineCounts, Program, VmHost } from '../engine.js';
import { LuaCell } from './cell.js';
import { consoleFunctions } from './console.js';
import { LuaState } from './lua-state.js';
import { LuaVm } from './lua-vm.js';
import type { LuaModule } from './module.js';
import { errorFunctions } from './push-answer.js';

/** How much bigger than fresh the memory of a cell may be to be used again, in bytes. */
const REUSE_GROWTH = 4 * 1024 * 1024;

/** Settings of a {@link LuaEngine}. */
export interface LuaEngineOptions {
  /** How many VMs are kept ready. Default 2. */
  readonly spares?: number;
  /** Whether nothing can interrupt the thread, so that scripts have to be polled. Default false. */
  readonly polling?: boolean;
}

export class LuaEngine implements Engine {
  readonly #module: LuaModule;
  readonly #target: number;
  readonly #polling: boolean;
  readonly #spares: LuaState[] = [];
  readonly #idle: LuaCell[] = [];
  readonly #live = new Set<LuaState>();
  #instances = 0;

  /** @param module from `loadLuaModule`, on any thread */
  constructor(module: LuaModule, options: LuaEngineOptions = {}) {
    this.#module = module;
    this.#target = options.spares ?? 2;
    this.#polling = options.polling ?? false;
  }

  create(program: Program, host: VmHost): LuaVm {
    const state = this.#spares.pop() ?? this.#makeState();
    this.#live.add(state);
    return new LuaVm(state, program, host, this.#polling, (gone, usable) => this.#takeBack(gone, usable));
  }

  prepare(): void {
    while (this.#spares.length < this.#target) this.#spares.push(this.#makeState());
  }

  counts(): EngineCounts {
    const cells = [...this.#idle, ...[...this.#spares, ...this.#live].map((state) => state.cell)];
    return {
      live: this.#live.size,
      spare: this.#spares.length,
      instances: this.#instances,
      tableSize: Math.max(0, ...cells.map((cell) => cell.tableSize)),
    };
  }

  #makeState(): LuaState {
    return new LuaState(this.#idle.pop() ?? this.#makeCell());
  }

  #makeCell(): LuaCell {
    this.#instances += 1;
    return new LuaCell(this.#module, (cell) => ({ ...consoleFunctions(cell), ...errorFunctions(cell) }));
  }

  #takeBack(state: LuaState, usable: boolean): void {
    this.#live.delete(state);
    const { cell } = state;
    if (!usable || this.#idle.length >= this.#target) return;
    if (cell.memoryBytes <= cell.freshBytes + REUSE_GROWTH) this.#idle.push(cell);
  }
}
