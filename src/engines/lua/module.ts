import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compile } from '../compile.js';
import { withSmallMemory } from './small-memory.js';

/** What an instance of Lua starts with, in pages of 64 KiB: its stack and static data take 17. */
const START_PAGES = 24;

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
  const [glue, shim] = await Promise.all([
    compile(withSmallMemory(readFileSync(join(wasmoon, 'glue.wasm')), START_PAGES)),
    compile(readFileSync(new URL('shim.wasm', import.meta.url))),
  ]);
  return { glue, shim };
}
