/**
 * The cells of an engine: which VM gets into which.
 *
 * 1. A VM has a cell of its own while there are few. From {@link SOLE_CELLS} cells on, new VMs share: up to `size` in a cell.
 * 2. A cell serves again only if nothing was thrown in it that is not Lua's, and its memory is about as small as it was: a grown
 *    memory never shrinks. Before that every byte of it is as it was at first, so no script sees anything of another.
 * 3. When a cell breaks, all who are in it are told, once.
 * 4. New cells are copies of a model with its VMs in it: as many as will share it. Copying them costs a tenth of making them.
 */
import type { LuaCell } from './cell.js';
import { captureImage, type LuaImage } from './image.js';
import { LuaState } from './lua-state.js';

/**
 * From so many cells on VMs share. An instance takes address space, of which a process has enough for some thousands, and
 * 16 MiB in V8's books, which make it collect garbage more often. As many empty cells are kept for later.
 */
const SOLE_CELLS = 16;

/** How much bigger than fresh the memory of an empty cell may be to be used again, in bytes. */
const REUSE_GROWTH = 4 * 1024 * 1024;

/** How much bigger than fresh the memory of a shared cell may be to take another VM, in bytes. */
const SHARE_GROWTH = 128 * 1024 * 1024;

/** Who lives in a cell. */
export interface Tenant {
  /** Another VM of the cell broke it: this one cannot go on. */
  cellBroke(): void;
}

interface Tenancy {
  readonly cell: LuaCell;
  readonly shared: boolean;
  readonly tenants: Set<Tenant>;
  /** VMs that came with the cell and are not taken yet. */
  readonly fresh: LuaState[];
  /** States that were dropped while another VM of the cell was running: to be freed when none does. */
  readonly abandoned: LuaState[];
}

export class LuaCells {
  readonly #make: (image?: LuaImage) => LuaCell;
  #soleImage: LuaImage | undefined;
  #sharedImage: LuaImage | undefined;
  readonly #size: number;
  readonly #idle: LuaCell[] = [];
  readonly #tenancies = new Map<LuaCell, Tenancy>();
  /** Those with room, as far as is known. */
  readonly #open = new Set<Tenancy>();
  /** Cells made so far. */
  made = 0;
  /** Size of the largest function table seen; it must not grow. */
  tableSize = 0;

  /** @param size how many VMs may share a cell */
  constructor(make: (image?: LuaImage) => LuaCell, size: number) {
    this.#make = make;
    this.#size = size;
  }

  /** Whether a new VM has to share. */
  get isCrowded(): boolean {
    return this.#size > 1 && this.#tenancies.size >= SOLE_CELLS;
  }

  /** A new VM. Called when nothing runs. */
  newState(): LuaState {
    return this.isCrowded ? this.#sharedState() : this.soleState();
  }

  /** A new VM in a cell of its own. */
  soleState(): LuaState {
    this.#soleImage ??= this.#model(1);
    const idle = this.#idle.pop();
    const [state] = idle === undefined ? this.#copy(this.#soleImage) : statesOf(idle, this.#soleImage);
    return state as LuaState;
  }

  #sharedState(): LuaState {
    for (const tenancy of this.#open) {
      if (!this.#hasRoom(tenancy)) this.#open.delete(tenancy);
      else if (this.#freeAbandoned(tenancy)) return tenancy.fresh.pop() ?? LuaState.make(tenancy.cell);
    }
    this.#sharedImage ??= this.#model(this.#size);
    const fresh = this.#copy(this.#sharedImage);
    const state = fresh.pop() as LuaState;
    this.#open.add(this.#settle(state.cell, fresh));
    return state;
  }

  /** A cell with so many VMs, to make others from. It is never used itself. */
  #model(vms: number): LuaImage {
    const cell = this.#make();
    const states = Array.from({ length: vms }, () => LuaState.make(cell).addresses);
    return captureImage(cell, states);
  }

  #copy(image: LuaImage): LuaState[] {
    this.made += 1;
    const cell = this.#make(image);
    return statesOf(cell, image);
  }

  /** A VM moves in. */
  enter(cell: LuaCell, tenant: Tenant): void {
    const tenancy = this.#tenancies.get(cell) ?? this.#settle(cell);
    tenancy.tenants.add(tenant);
  }

  /**
   * A VM moves out.
   *
   * @param abandoned its state, if it was not freed although the cell is sound: another VM may be running in it
   */
  leave(cell: LuaCell, tenant: Tenant, abandoned?: LuaState): void {
    const tenancy = this.#tenancies.get(cell);
    if (tenancy === undefined) return;
    tenancy.tenants.delete(tenant);
    this.tableSize = Math.max(this.tableSize, cell.tableSize);
    if (abandoned !== undefined) tenancy.abandoned.push(abandoned);
    if (cell.broken) this.#tellBroken(tenancy);
    else if (tenancy.tenants.size === 0) this.#keep(tenancy);
    else if (tenancy.shared) this.#open.add(tenancy);
  }

  #settle(cell: LuaCell, fresh?: LuaState[]): Tenancy {
    const shared = fresh !== undefined;
    const tenancy: Tenancy = { cell, shared, tenants: new Set(), fresh: fresh ?? [], abandoned: [] };
    this.#tenancies.set(cell, tenancy);
    return tenancy;
  }

  #hasRoom({ cell, tenants }: Tenancy): boolean {
    return tenants.size < this.#size && !cell.broken && cell.memoryBytes <= cell.freshBytes + SHARE_GROWTH;
  }

  /** False if that broke the cell. */
  #freeAbandoned(tenancy: Tenancy): boolean {
    try {
      for (const state of tenancy.abandoned.splice(0)) state.abandon();
      return true;
    } catch {
      // A trap in a finalizer: whatever it was, the cell cannot be used any more.
      tenancy.cell.broken = true;
      this.#tellBroken(tenancy);
      return false;
    }
  }

  #tellBroken(tenancy: Tenancy): void {
    this.#drop(tenancy);
    for (const neighbour of tenancy.tenants) neighbour.cellBroke();
  }

  /** Keeps an empty cell for later, or lets go of it. */
  #keep(tenancy: Tenancy): void {
    this.#drop(tenancy);
    const { cell, shared, abandoned } = tenancy;
    const isFresh = !shared && abandoned.length === 0 && cell.memoryBytes <= cell.freshBytes + REUSE_GROWTH;
    if (!isFresh || this.#soleImage === undefined || this.#idle.length >= SOLE_CELLS) return;
    cell.rewind(this.#soleImage);
    this.#idle.push(cell);
  }

  #drop(tenancy: Tenancy): void {
    this.#tenancies.delete(tenancy.cell);
    this.#open.delete(tenancy);
  }
}

function statesOf(cell: LuaCell, image: LuaImage): LuaState[] {
  return image.states.map((addresses) => new LuaState(cell, addresses));
}
