/** Size of an account in linear memory, in bytes. Its layout is in `shim.wat`. */
const BYTES = 32;

/** What a VM with no limit of its own yet (a spare) may take: the whole of an instance. */
export const NO_LIMIT = 0xffff_ffff;

/**
 * A view of one VM's account: how much memory it holds and may hold, and whether it is being
 * stopped. The allocator and the hook in `shim.wat` use the same words.
 */
export class Account {
  readonly address: number;
  readonly #memory: WebAssembly.Memory;
  #words: Uint32Array;

  constructor(memory: WebAssembly.Memory, address: number) {
    this.#memory = memory;
    this.address = address;
    this.#words = new Uint32Array(memory.buffer, address, BYTES / 4);
    this.#words.fill(0);
    this.limit = NO_LIMIT;
  }

  static readonly BYTES = BYTES;

  get used(): number {
    return this.#get(0);
  }

  /** The most bytes the VM may hold. More is refused, with what it holds already kept. */
  set limit(bytes: number) {
    this.#set(1, Math.min(bytes, NO_LIMIT));
  }

  get peak(): number {
    return this.#get(2);
  }

  /** How many allocations were refused. */
  get refused(): number {
    return this.#get(3);
  }

  /** The `lua_State` that runs the script's main chunk. */
  set main(L: number) {
    this.#set(4, L);
  }

  get stopping(): boolean {
    return this.#get(5) !== 0;
  }

  set stopping(value: boolean) {
    this.#set(5, value ? 1 : 0);
  }

  /** Whether the hook has cut the script short since this was last cleared. */
  get fired(): boolean {
    return this.#get(6) !== 0;
  }

  set fired(value: boolean) {
    this.#set(6, value ? 1 : 0);
  }

  #get(index: number): number {
    return this.#view()[index] ?? 0;
  }

  #set(index: number, value: number): void {
    this.#view()[index] = value;
  }

  /** The memory's buffer is another one after it has grown. */
  #view(): Uint32Array {
    if (this.#words.length === 0) this.#words = new Uint32Array(this.#memory.buffer, this.address, BYTES / 4);
    return this.#words;
  }
}
