/**
 * One instance of Lua's WebAssembly.
 *
 * 1. `running` is the lua_State whose code runs at this moment, 0 if none does: every protected call,
 *    resume and close of Lua passes through `#invoke`, which keeps it.
 * 2. While `stopping`, the stop hook is armed on a lua_State before code of it runs and whenever it
 *    gets to run again, so a stop goes through every coroutine and every protected call.
 * 3. The function table grows once, here, and never again.
 * 4. A cell in which something was thrown that is not Lua's own longjmp is `broken`: its state is
 *    not to be trusted, and nothing may be run in it any more.
 * 5. All the state of an instance is its memory and its stack pointer, beside the table: Lua has no other global that it changes.
 */

import { restoreMemory, rewindMemory } from '../memory-image.js';
import type { CellLayout, LuaImage } from './image.js';
import { LONGJMP, luaImports } from './imports.js';
import { ALLOW_HOOK, type LuaApi, MASK_COUNT, STATUS } from './lua-api.js';
import type { LuaModule } from './module.js';
import type { ScriptOutput } from './output.js';
import type { ScriptCalls } from './script-calls.js';
import { type ShimApi, type ShimHost, SLOT, SLOTS } from './shim.js';

/** Strings up to this many bytes go through a buffer that is there already. */
const SCRATCH = 16_384;
const MAX_MEMORY = 2 ** 31;

/** Lua instructions between two polls: some tens of microseconds. */
const POLL_INTERVAL = 10_000;

type Invoked = (L: number, ud: number) => void;

/** What a cell needs of whoever uses it: the C functions of the VM that runs in it. */
export type CellFunctions = Omit<ShimHost, 'protected' | 'poll' | 'call'>;

export class LuaCell {
  readonly api: LuaApi;
  /** See invariant 1. */
  running = 0;
  /** See invariant 2. */
  stopping = false;
  /** Whether the stop cuts finalizers short too, for which Lua turns hooks off. */
  cutsFinalizers = false;
  /** See invariant 4. */
  broken = false;
  /** Where coroutines that a stop suspends are kept alive: a lua_State that does not run; 0 for nowhere. */
  anchor = 0;
  /** The coroutines that the stop suspended, the innermost first. */
  readonly suspended: number[] = [];
  /** The most that the instance's memory may grow to, in bytes. */
  memoryLimit = MAX_MEMORY;
  /** The size of the memory of an instance in which nothing has run. */
  readonly freshBytes: number;
  /** When the running script began, on the clock of `performance.now()`. */
  startedAt = 0;
  /** Where nothing can interrupt the thread: called every {@link POLL_INTERVAL} instructions. */
  poll: (() => void) | undefined;
  /** Takes what the running script writes. */
  output: ScriptOutput | undefined;
  /** Takes the calls that the running script makes. */
  calls: ScriptCalls | undefined;

  readonly #shim: ShimApi;
  readonly #firstSlot: number;
  readonly #invoked: Invoked[] = [];
  #constants: Map<string, number>;
  /** The stack pointer when nothing runs. */
  readonly #base: number;
  readonly #scratch: number;
  readonly #out: number;
  #load = 0;
  #scratchTaken = false;
  #bytes: Buffer;
  #work: (() => number) | undefined;
  #thrown: { error: unknown } | undefined;

  /** @param image what another cell of the same module held: then this one holds it too */
  constructor(module: LuaModule, functions: (cell: LuaCell) => CellFunctions, image?: LuaImage) {
    const imports = luaImports({
      memory: () => this.api.memory,
      invoke: this.#invoke,
      memoryLimit: () => this.memoryLimit,
      raise: (message) => this.#raise(message),
    });
    this.api = new WebAssembly.Instance(module.glue, imports).exports as unknown as LuaApi;
    if (image === undefined) this.api.__wasm_call_ctors();
    else restoreMemory(this.api.memory, image.memory);
    this.#base = this.api.stackSave();
    this.#bytes = Buffer.from(this.api.memory.buffer);
    this.freshBytes = this.#bytes.byteLength;
    this.#scratch = image?.layout.scratch ?? this.claim(SCRATCH);
    this.#out = image?.layout.out ?? this.claim(4);
    this.#constants = new Map(image?.layout.constants);
    this.#firstSlot = this.api.__indirect_function_table.grow(SLOTS);
    const host = {
      first: this.#firstSlot,
      coroutine: this.constant('coroutine'),
      outside: this.constant('attempt to yield from outside a coroutine'),
      text: this.constant('t'),
      none: this.constant('-'),
      tooMany: this.constant('too many values to pass between coroutines'),
      slotOfHook: this.slot('hook'),
      slotOfWrapped: this.slot('coWrapped'),
      slotOfResumed: this.slot('onResumed'),
      slotOfAnswer: this.slot('onAnswer'),
      protected: this.#protected,
      poll: () => this.poll?.(),
      call: (L: number, canWait: number) => this.calls?.call(L, canWait !== 0) ?? 0,
      ...functions(this),
    };
    const lua = this.api as unknown as WebAssembly.ModuleImports;
    this.#shim = new WebAssembly.Instance(module.shim, { lua, host }).exports as unknown as ShimApi;
    if (image !== undefined) this.setLoad(image.layout.load);
  }

  /** Has a cell that was made from an image hold what that does and nothing else, whatever ran in it. */
  rewind({ memory, layout }: LuaImage): void {
    rewindMemory(this.api.memory, memory);
    this.api.stackRestore(this.#base);
    this.#constants = new Map(layout.constants);
  }

  /** The slot of a function of the shim, for `lua_pushcclosure` and the like. */
  slot(name: keyof typeof SLOT): number {
    return this.#firstSlot + SLOT[name];
  }

  get tableSize(): number {
    return this.api.__indirect_function_table.length;
  }

  get memoryBytes(): number {
    return this.api.memory.buffer.byteLength;
  }

  /** The instance's memory. Not to be kept over a call into the instance: it is another one after growth. */
  get bytes(): Buffer {
    if (this.#bytes.byteLength === 0) this.#bytes = Buffer.from(this.api.memory.buffer);
    return this.#bytes;
  }

  /** Calls a C function that answers a second value through a pointer, such as the length of a string. */
  pair(call: (out: number) => number): [first: number, second: number] {
    const first = call(this.#out);
    return [first, this.bytes.readUInt32LE(this.#out)];
  }

  /** The bytes of the string at this index of the stack: a view, not to be kept. */
  string(L: number, index: number): Buffer {
    const [address, length] = this.pair((out) => this.api.lua_tolstring(L, index, out));
    return this.bytes.subarray(address, address + length);
  }

  pushString(L: number, text: string | Uint8Array): void {
    this.withBytes(text, (address, length) => this.api.lua_pushlstring(L, address, length));
  }

  /** Tells `load` of the shim which C function Lua's own `load` is: it has no export. */
  setLoad(slot: number): void {
    this.#load = slot;
    this.#shim.setLoad(slot);
  }

  /** Where the engine's own things are, for an image. */
  get layout(): CellLayout {
    return { scratch: this.#scratch, out: this.#out, constants: new Map(this.#constants), load: this.#load };
  }

  /** The address of a NUL-terminated copy of a text that stays for good: for names that the engine itself uses. */
  constant(text: string): number {
    const known = this.#constants.get(text);
    if (known !== undefined) return known;
    const address = this.claim(Buffer.byteLength(text) + 1);
    this.bytes.write(`${text}\0`, address);
    this.#constants.set(text, address);
    return address;
  }

  /** Runs `use` with the address of a copy of the bytes, followed by a NUL. */
  withBytes<T>(source: string | Uint8Array, use: (address: number, length: number) => T): T {
    const length = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength;
    const ready = length < SCRATCH && !this.#scratchTaken;
    const address = ready ? this.#scratch : this.claim(length + 1);
    if (ready) this.#scratchTaken = true;
    const bytes = this.bytes;
    if (typeof source === 'string') bytes.write(source, address);
    else bytes.set(source, address);
    bytes[address + length] = 0;
    try {
      return use(address, length);
    } finally {
      if (ready) this.#scratchTaken = false;
      else this.api.free(address);
    }
  }

  /**
   * Runs `work` as a C function under lua_pcall on `L`, so that errors which Lua raises in it end here.
   * `work` answers how many values it leaves on the stack.
   *
   * @returns a Lua status; unless it is ok, the error value is on top of the stack
   * @throws what `work` throws
   */
  protect(L: number, work: () => number): number {
    const outer = this.#work;
    this.#work = work;
    this.api.lua_pushcclosure(L, this.slot('protected'), 0);
    const status = this.api.lua_pcallk(L, 0, -1, 0, 0, 0);
    this.#work = outer;
    const thrown = this.#thrown;
    this.#thrown = undefined;
    if (thrown !== undefined) throw thrown.error;
    return status;
  }

  /** Starts a stop, at any moment. One that finds a finalizer running cuts those that follow short as well. */
  interrupt(): void {
    this.stopping = true;
    const L = this.running;
    if (L === 0) return;
    if (this.bytes[L + ALLOW_HOOK] === 0) this.cutsFinalizers = true;
    this.arm(L);
  }

  /** Has `L` yield or raise at its next instruction, and at every one after that. */
  arm(L: number): void {
    this.api.lua_sethook(L, this.slot('hook'), MASK_COUNT, 1);
    if (this.cutsFinalizers) this.bytes[L + ALLOW_HOOK] = 1;
  }

  /** Ends what {@link arm} began. Where stops have to be polled for, a state that runs is never without a hook. */
  disarm(L: number): void {
    if (this.poll === undefined) this.api.lua_sethook(L, 0, 0, 0);
    else this.api.lua_sethook(L, this.slot('poll'), MASK_COUNT, POLL_INTERVAL);
  }

  /** Nobody's script runs in the cell: what it would call or write goes nowhere. */
  vacate(): void {
    this.output = undefined;
    this.calls = undefined;
    this.poll = undefined;
  }

  /** Ends a stop: what runs from now on is not cut short. */
  calm(): void {
    this.stopping = false;
    this.cutsFinalizers = false;
    this.anchor = 0;
    this.suspended.length = 0;
  }

  readonly #protected = (_L: number): number => {
    const work = this.#work;
    this.#work = undefined;
    if (work === undefined) return 0;
    try {
      return work();
    } catch (error) {
      if (error === LONGJMP) throw error;
      // Not thrown through the frames of Lua, which would be left half done.
      this.#thrown = { error };
      return 0;
    }
  };

  readonly #invoke = (slot: number, L: number, ud: number): void => {
    const api = this.api;
    const pointer = api.stackSave();
    const outer = this.running;
    this.running = L;
    if (this.stopping) this.arm(L);
    try {
      (this.#invoked[slot] ?? this.#lookUp(slot))(L, ud);
    } catch (error) {
      api.stackRestore(pointer);
      if (error !== LONGJMP) {
        this.broken = true;
        throw error;
      }
      api.setThrew(1, 0);
    }
    this.running = outer;
    if (this.stopping && outer !== L && outer !== 0) this.#passOn(L, outer);
  };

  /** What `luaL_error` does. */
  #raise(message: string): never {
    const L = this.running;
    this.api.luaL_where(L, 1);
    this.pushString(L, message);
    this.api.lua_concat(L, 2);
    this.api.lua_error(L);
    throw new Error('lua_error returned');
  }

  #lookUp(slot: number): Invoked {
    const invoked = this.api.__indirect_function_table.get(slot) as Invoked;
    this.#invoked[slot] = invoked;
    return invoked;
  }

  /** A coroutine gave control back during a stop: the one that resumed it is next. */
  #passOn(inner: number, outer: number): void {
    const api = this.api;
    this.arm(outer);
    if (this.anchor === 0 || api.lua_status(inner) !== STATUS.yield || this.suspended.includes(inner)) return;
    if (api.lua_checkstack(this.anchor, 2) === 0) return;
    api.lua_pushthread(inner);
    api.lua_xmove(inner, this.anchor, 1);
    this.suspended.push(inner);
  }

  /** Takes memory of the instance, outside of any account. */
  claim(bytes: number): number {
    const address = this.api.malloc(bytes);
    if (address === 0) throw new RangeError(`no memory for ${bytes} bytes in the Lua instance`);
    return address;
  }
}
