import { setFlagsFromString } from 'node:v8';

/** As many bytes of its code as a WebAssembly function may run before V8 optimizes it; V8's own default is 1.8 MB. */
const BUDGET_BYTES = 36_000_000;

/**
 * Has V8 optimize the interpreter of JavaScript when a script has run for a millisecond, say, and not at once: that function is so large that a few hundred
 * instructions are enough for V8's default, and a process that is done by then waits 100 ms for the optimization to end. To be called before any engine is
 * compiled.
 */
export function optimizeLater(): void {
  setFlagsFromString(`--wasm-tiering-budget=${BUDGET_BYTES}`);
}
