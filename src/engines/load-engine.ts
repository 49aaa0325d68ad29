import { messageOf } from '../errors/describe.js';
import { StintError } from '../errors/stint-error.js';
import type { Engine } from './engine.js';
import type { ScriptEngineName } from './engine-name.js';
import type { JavaScriptModule } from './javascript/module.js';
import type { LuaModule } from './lua/module.js';

/** An engine's compiled WebAssembly. Can be posted to another thread, which shares the compiled code. */
export type EngineCode =
  | { readonly name: 'lua'; readonly code: LuaModule }
  | { readonly name: 'javascript'; readonly code: JavaScriptModule };

/** Compiles an engine's WebAssembly. Loads nothing else of the engine. @throws StintError (rejects with it) `DEPENDENCY_MISSING` */
export async function compileEngine(name: ScriptEngineName): Promise<EngineCode> {
  try {
    if (name === 'lua') return { name, code: await (await import('./lua/module.js')).loadLuaModule() };
    return { name, code: await (await import('./javascript/module.js')).loadJavaScriptModule() };
  } catch (error) {
    throw new StintError('DEPENDENCY_MISSING', `the engine cannot be loaded: ${messageOf(error)}`, { cause: error });
  }
}

/** Compiled once in a thread; a compiled module holds no state. */
const compiled = new Map<ScriptEngineName, EngineCode>();
const compiling = new Map<ScriptEngineName, Promise<EngineCode>>();

/** An engine's WebAssembly, if this thread has compiled it already. */
export function compiledEngine(name: ScriptEngineName): EngineCode | undefined {
  return compiled.get(name);
}

/** An engine's WebAssembly, compiled by the first caller. A failure is not remembered. */
export function compileEngineOnce(name: ScriptEngineName): Promise<EngineCode> {
  let promise = compiling.get(name);
  if (promise === undefined) {
    promise = compileEngine(name).then(
      (code) => {
        compiled.set(name, code);
        return code;
      },
      (error: unknown) => {
        compiling.delete(name);
        throw error;
      },
    );
    compiling.set(name, promise);
  }
  return promise;
}

/** An engine's code, or only its name: then the thread compiles it itself. */
export type EngineOrder = EngineCode | { readonly name: ScriptEngineName; readonly code?: undefined };

/** How engines are set up. */
export interface EngineSettings {
  /** Whether nothing can interrupt the thread, so that a script has to look by itself whether it must stop. */
  readonly polling: boolean;
  /** How many VMs may share a WebAssembly instance when there are many, where the language can. */
  readonly cellSize: number;
}

const CLASSES = {
  lua: () => import('./lua/lua-engine.js'),
  javascript: () => import('./javascript/javascript-engine.js'),
};

/** Begins with what this thread will most likely be asked for: that engine's code is compiled, and its class loaded. */
export async function prepareEngine(name: ScriptEngineName): Promise<void> {
  await Promise.all([compileEngineOnce(name), CLASSES[name]()]);
}

/** Makes an engine in this thread. */
export async function createEngine(order: EngineOrder, settings: EngineSettings): Promise<Engine> {
  const engine = order.code === undefined ? await compileEngineOnce(order.name) : order;
  if (engine.name === 'lua') return new (await CLASSES.lua()).LuaEngine(engine.code, settings);
  return new (await CLASSES.javascript()).JavaScriptEngine(engine.code);
}
