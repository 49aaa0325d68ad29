import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The compiled code of the Lua engine. Can be posted to other threads, which then share it. */
export interface LuaModule {
  /** Lua 5.4 itself. */
  readonly glue: WebAssembly.Module;
  /** The engine's own WebAssembly. */
  readonly shim: WebAssembly.Module;
}

/** Reads and compiles what a `LuaEngine` needs. Once for a process is enough. */
export async function loadLuaModule(): Promise<LuaModule> {
  const wasmoon = dirname(createRequire(import.meta.url).resolve('wasmoon'));
  const [glue, shim] = await Promise.all(
    [join(wasmoon, 'glue.wasm'), new URL('shim.wasm', import.meta.url)].map(async (file) =>
      WebAssembly.compile(await readFile(file)),
    ),
  );
  if (glue === undefined || shim === undefined) throw new Error('unreachable: two files give two modules');
  return { glue, shim };
}
