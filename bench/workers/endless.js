/** Says through shared memory that it runs, and never returns. `flag` comes as an argument. */
export default function endless({ flag, quick }) {
  if (quick) return 42;
  Atomics.store(new Int32Array(flag), 0, 1);
  for (;;);
}
