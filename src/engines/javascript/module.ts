import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/**
 * Reads and compiles the WebAssembly module of QuickJS-ng, some 40 ms. Do it once: a compiled module can be
 * posted to other threads, and every {@link JavaScriptEngine} takes one.
 */
export async function loadQuickJsModule(): Promise<WebAssembly.Module> {
  const path = createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm');
  return WebAssembly.compile(await readFile(path));
}
