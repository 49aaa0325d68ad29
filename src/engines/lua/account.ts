/** Size of an account in linear memory, in bytes. Its layout is in `shim.wat`. */
const BYTES = 64;

/** What a VM with no limit of its own yet (a spare) may take: the whole of an instance. */
const NO_LIMIT = 0xffff_ffff;

/** See `leaving` in `shim.wat`. */
export const LEAVING = { not: 0, toWait: 1, sliceOver: 2 } as const;
type Leaving = (typeof LEAVING)[keyof typeof LEAVING];

/**
 * A view of one VM's account: how much memory it holds and may hold, and whether it is being
 * stopped. The allocator and the hook in `shim.wat` use the same words.
 */
export class Account {
  readonly address: number;
  readonly #memory: WebAssembly.Memory;
  #words: Uint32Array;

  /** The account that is at this address. */
  constructor(memory: WebAssembly.Memory, address: number) {
    this.#memory = memory;
    this.address = address;
    this.#words = new Uint32Array(memory.buffer, address, BYTES / 4);
  }

  /** Begins an account at an address. */
  static open(memory: WebAssembly.Memory, address: number): Account {
    const account = new Account(memory, address);
    account.#words.fill(0);
    account.limit = NO_LIMIT;
    return account;
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

  /** Whether the VM was refused memory that it may have: others have used up the instance. */
  get starved(): boolean {
    return this.#get(14) !== 0;
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

  /** What a yield that came out of the script is for. */
  get leaving(): Leaving {
    return this.#get(7) as Leaving;
  }

  set leaving(value: Leaving) {
    this.#set(7, value);
  }

  /** The `lua_State` in which that yield began: the innermost coroutine. */
  get left(): number {
    return this.#get(8);
  }

  /** Says that an answer is on top of the stack of {@link left}: how many values, and whether it is an error. */
  setAnswer(values: number, isError: boolean): void {
    this.#set(9, values);
    this.#set(10, isError ? 1 : 0);
  }

  /** Has the hook yield as soon as it can. */
  set sliceOver(value: boolean) {
    this.#set(11, value ? 1 : 0);
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
