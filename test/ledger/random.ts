/** Random numbers that are the same for the same seed. */
export interface Random {
  readonly seed: number;
  /** A whole number from 0 to less than `end`. */
  below(end: number): number;
  pick<T>(items: readonly T[]): T;
  bytes(length: number): Uint8Array;
}

/** The generator is Marsaglia's xorshift32. The seed is printed, and `STINT_SEED` sets it. */
export function seededRandom(): Random {
  const seed = Number(process.env['STINT_SEED'] ?? (Date.now() % 1_000_000_007) + 1);
  console.log(`STINT_SEED=${seed}`);
  let state = seed | 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const below = (end: number) => next() % end;
  return {
    seed,
    below,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  };
}
