import { type Compile, compileAside } from './compile.js';
import type { Engine } from './engine.js';
import type { EngineName } from './engine-name.js';
import type { JavaScriptModule } from './javascript/module.js';
import type { LuaModule } from './lua/module.js';

/** An engine's compiled WebAssembly. Can be posted to another thread, which shares the compiled code. */
export type EngineCode =
  | { readonly name: 'lua'; readonly code: LuaModule }
  | { readonly name: 'javascript'; readonly code: JavaScriptModule };

/** Compiles an engine's WebAssembly. Loads nothing else of the engine. */
export async function compileEngine(
  name: Exclude<EngineName, 'module'>,
  compile: Compile = compileAside,
): Promise<EngineCode> {
  if (name === 'lua') return { name, code: await (await import('./lua/module.js')).loadLuaModule(compile) };
  return { name, code: await (await import('./javascript/module.js')).loadJavaScriptModule(compile) };
}

/** An engine's code, or only its name: then the thread compiles it itself. */
export type EngineOrder = EngineCode | { readonly name: EngineCode['name']; readonly code?: undefined };

/** How engines are set up. */
export interface EngineSettings {
  /** Whether nothing can interrupt the thread, so that a script has to look by itself whether it must stop. */
  readonly polling: boolean;
  /** How many VMs may share a WebAssembly instance when there are many, where the language can. */
  readonly cellSize: number;
}

/** Makes an engine in this thread. */
export async function createEngine(order: EngineOrder, settings: EngineSettings): Promise<Engine> {
  const engine = order.code === undefined ? await compileEngine(order.name) : order;
  if (engine.name === 'lua') return new (await import('./lua/lua-engine.js')).LuaEngine(engine.code, settings);
  return new (await import('./javascript/javascript-engine.js')).JavaScriptEngine(engine.code);
}
