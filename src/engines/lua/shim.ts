/** Where the functions of `shim.wat` sit, counted from the first slot that the cell gave them. */
export const SLOT = {
  alloc: 0,
  hook: 1,
  protected: 2,
  load: 3,
  coYield: 4,
  coRunning: 5,
  coIsYieldable: 6,
  print: 7,
  write: 8,
  writeTo: 9,
  read: 10,
  succeed: 11,
  clock: 12,
  poll: 13,
  coResume: 14,
  coWrap: 15,
  coWrapped: 16,
  onResumed: 17,
  hostCall: 18,
  onAnswer: 19,
  errorText: 20,
  errorConcat: 21,
  toolField: 22,
} as const;

/** How many slots the shim takes. */
export const SLOTS = Object.keys(SLOT).length;

/** C functions that the shim takes from JavaScript, since a plain JavaScript function cannot be put into a table. */
export interface ShimHost {
  protected(L: number): number;
  print(L: number): number;
  write(L: number): number;
  writeTo(L: number): number;
  read(L: number): number;
  succeed(L: number): number;
  clock(L: number): number;
  /** A lua_Hook. */
  poll(L: number, ar: number): void;
  /**
   * Starts a call of the host, described by the running function's first upvalue.
   *
   * @param canWait 1 if the script can wait by a yield
   * @returns how many results are on the stack, or -1 if the answer comes later
   */
  call(L: number, canWait: number): number;
  /** `__tostring` and `__concat` of an error that the host has answered with. */
  errorText(L: number): number;
  errorConcat(L: number): number;
  /** `__index` of `tool` and of what stands for a tool. */
  toolField(L: number): number;
}

/** What the shim exports. */
export interface ShimApi {
  setLoad(slot: number): void;
}
