/**
 * A cell in which nothing has run, as others can start with it: copying its memory costs a fraction of making VMs in a new one.
 * What must not be the same in all of them is the state of `math.random`: each VM is seeded when it is taken.
 */
import { captureMemory, type MemoryImage } from '../memory-image.js';
import type { LuaCell } from './cell.js';
import type { StateAddresses } from './lua-state.js';

/** See the top of the file. */
export interface LuaImage {
  readonly memory: MemoryImage;
  readonly layout: CellLayout;
  /** The VMs in it. */
  readonly states: readonly StateAddresses[];
}

/** Where the engine's own things are in the memory of a cell. */
export interface CellLayout {
  readonly scratch: number;
  readonly out: number;
  readonly constants: ReadonlyMap<string, number>;
  /** The slot of Lua's own `load`. */
  readonly load: number;
}

/** Captures a cell with the VMs in it. */
export function captureImage(cell: LuaCell, states: readonly StateAddresses[]): LuaImage {
  return { memory: captureMemory(cell.api.memory), layout: cell.layout, states };
}
