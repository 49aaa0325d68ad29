/** How the engines' WebAssembly is compiled on this thread. */
import { setFlagsFromString } from 'node:v8';

/** As many bytes of its code as a function may run before V8 optimizes it, in a program that is soon done. */
const BUDGET_BYTES = 36_000_000;

/** V8's own budget, where that is known: in V8 11, which Node 20 has. */
const DEFAULT_BYTES = process.versions.v8.startsWith('11.') ? 1_800_000 : undefined;

let isShort = false;
let runsOn = false;

/**
 * From now on V8 optimizes the interpreter of JavaScript when a script has run for a millisecond, say, and not at once: that function is so large that a few
 * hundred instructions are enough for V8's own budget, and a process that is done by then waits 100 ms for the optimization to end.
 */
export function compileForShortProgram(): void {
  isShort = true;
}

/**
 * To be called in a program that was to be short, when it goes on and its threads have booted. A function that has used its budget up gets another one, as
 * large as V8's flag says then: with V8's own it would ask so often to be optimized that the same call takes twice as long.
 */
export function keepBudget(): void {
  runsOn = true;
  setBudget(BUDGET_BYTES);
}

/** Makes a module of its binary form. */
export async function compile(binary: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  if (!isShort) return WebAssembly.compile(binary);
  // V8 takes note of the budget when it begins to compile. After that its own is set again: as long as any flag is not as it was, V8 takes nothing of
  // Node's own code from its cache, and a thread takes twice as long to boot.
  setBudget(BUDGET_BYTES);
  try {
    return new WebAssembly.Module(binary);
  } finally {
    if (DEFAULT_BYTES !== undefined && !runsOn) setBudget(DEFAULT_BYTES);
  }
}

function setBudget(bytes: number): void {
  setFlagsFromString(`--wasm-tiering-budget=${bytes}`);
}
