/**
 * Random numbers that the seeds of VMs are made of. They are drawn for many VMs at once: for each alone they would cost a tenth of making it.
 *
 * A thread is given its first ones: to load what draws them takes a tenth of the time from its start to its first result.
 */
const POOL_BYTES = 4096;

/** As many bytes as a thread should be given: enough for the VMs that it makes before it has a moment. */
export const GIVEN_BYTES = 256;

const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

/** Takes the numbers that the thread begins with. */
export function giveRandom(bytes: Uint8Array): void {
  used = POOL_BYTES - bytes.length;
  pool.set(bytes, used);
}

/** Fills bytes, {@link POOL_BYTES} at most, with random ones. */
export function fillRandom(target: Uint8Array): void {
  if (target.length > POOL_BYTES - used) {
    process.getBuiltinModule('node:crypto').randomFillSync(pool);
    used = 0;
  }
  target.set(pool.subarray(used, used + target.length));
  used += target.length;
}
