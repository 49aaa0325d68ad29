import { Account } from './account.js';
import type { LuaCell } from './cell.js';
import { openLibraries } from './libraries.js';
import { REGISTRY, STATUS } from './lua-api.js';
import { EMPTY_ARRAY } from './push-value.js';

/** What the script sees where a stop had to raise. */
const STOP_MESSAGE = 'the script was stopped';

/**
 * A Lua state in a cell, with libraries open and nothing run: a spare VM. Its scripts run in `thread`,
 * a coroutine, since only a coroutine can be left in the middle by a yield. `main` runs nothing but
 * the engine's own protected calls.
 */
export class LuaState {
  readonly cell: LuaCell;
  readonly account: Account;
  readonly main: number;
  readonly thread: number;

  /** @throws Error if the instance has no memory for it */
  constructor(cell: LuaCell) {
    const { api } = cell;
    this.cell = cell;
    this.account = new Account(api.memory, cell.claim(Account.BYTES));
    this.main = api.lua_newstate(cell.slot('alloc'), this.account.address);
    if (this.main === 0) throw new RangeError('no memory for a Lua state');
    // The extra space, which every coroutine of the state gets a copy of.
    cell.bytes.writeUInt32LE(this.account.address, this.main - 4);
    const L = this.main;
    const status = cell.protect(L, () => {
      openLibraries(cell, L);
      cell.pushString(L, STOP_MESSAGE);
      api.lua_rawsetp(L, REGISTRY, this.account.address);
      api.lua_createtable(L, 0, 0);
      api.lua_rawsetp(L, REGISTRY, cell.constant(EMPTY_ARRAY));
      api.lua_newthread(L);
      return 1;
    });
    if (status !== STATUS.ok) throw new RangeError('no memory for the libraries of a Lua state');
    // It stays on the stack of `main`, which keeps it from the collector.
    this.thread = api.lua_tothread(L, -1);
    this.account.main = this.thread;
  }

  /** Frees the state of a VM that was dropped; its finalizers are cut short at their first instruction. */
  abandon(): void {
    this.account.stopping = true;
    this.cell.stopping = true;
    this.cell.cutsFinalizers = true;
    this.free();
    this.cell.calm();
  }

  /** Frees the state; runs pending finalizers. */
  free(): void {
    this.cell.api.lua_close(this.main);
    this.cell.api.free(this.account.address);
  }
}
