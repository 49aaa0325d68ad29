/** Where the functions of `shim.wat` sit, counted from the first slot that the cell gave them. */
export const SLOT = {
  alloc: 0,
  onStop: 1,
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
}

/** What the shim exports. */
export interface ShimApi {
  setLoad(slot: number): void;
}
