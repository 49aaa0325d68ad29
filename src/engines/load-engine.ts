import type { Engine } from './engine.js';
import type { EngineName } from './engine-name.js';
import type { LuaModule } from './lua/module.js';

/** An engine's compiled WebAssembly. Can be posted to another thread, which shares the compiled code. */
export type EngineCode =
  | { readonly name: 'lua'; readonly code: LuaModule }
  | { readonly name: 'javascript'; readonly code: WebAssembly.Module };

/** Compiles an engine's WebAssembly. Loads nothing else of the engine. */
export async function compileEngine(name: EngineName): Promise<EngineCode> {
  if (name === 'lua') return { name, code: await (await import('./lua/module.js')).loadLuaModule() };
  return { name, code: await (await import('./javascript/module.js')).loadQuickJsModule() };
}

/**
 * Makes an engine in this thread.
 *
 * @param polling whether nothing can interrupt the thread, so that a script has to look by itself whether it must stop
 */
export async function createEngine(engine: EngineCode, polling: boolean): Promise<Engine> {
  if (engine.name === 'lua') return new (await import('./lua/lua-engine.js')).LuaEngine(engine.code, { polling });
  return new (await import('./javascript/javascript-engine.js')).JavaScriptEngine(engine.code);
}
