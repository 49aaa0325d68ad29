import { Account } from './account.js';
import type { LuaCell } from './cell.js';
import { openLibraries } from './libraries.js';
import { REGISTRY, STATUS } from './lua-api.js';
import { EMPTY_ARRAY } from './push-value.js';

/** What the script sees where a stop had to raise. */
const STOP_MESSAGE = 'the script was stopped';

/** Where a Lua state is in the memory of its cell. */
export interface StateAddresses {
  readonly account: number;
  readonly main: number;
  readonly thread: number;
}

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

  /** The state that is at these addresses. */
  constructor(cell: LuaCell, addresses: StateAddresses) {
    this.cell = cell;
    this.account = new Account(cell.api.memory, addresses.account);
    this.main = addresses.main;
    this.thread = addresses.thread;
  }

  /** Makes a state. @throws RangeError if the instance has no memory for it */
  static make(cell: LuaCell): LuaState {
    const { api } = cell;
    const account = Account.open(api.memory, cell.claim(Account.BYTES));
    const main = api.lua_newstate(cell.slot('alloc'), account.address);
    if (main === 0) throw new RangeError('no memory for a Lua state');
    // The extra space, which every coroutine of the state gets a copy of.
    cell.bytes.writeUInt32LE(account.address, main - 4);
    const status = cell.protect(main, () => {
      openLibraries(cell, main);
      cell.pushString(main, STOP_MESSAGE);
      api.lua_rawsetp(main, REGISTRY, account.address);
      api.lua_createtable(main, 0, 0);
      api.lua_rawsetp(main, REGISTRY, cell.constant(EMPTY_ARRAY));
      api.lua_newthread(main);
      return 1;
    });
    if (status !== STATUS.ok) throw new RangeError('no memory for the libraries of a Lua state');
    // It stays on the stack of `main`, which keeps it from the collector.
    const thread = api.lua_tothread(main, -1);
    account.main = thread;
    return new LuaState(cell, { account: account.address, main, thread });
  }

  get addresses(): StateAddresses {
    return { account: this.account.address, main: this.main, thread: this.thread };
  }

  /** Frees the state of a VM that was dropped; its finalizers are cut short at their first instruction. */
  abandon(): void {
    // What a finalizer calls must not reach the host in the name of another script.
    this.cell.vacate();
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
