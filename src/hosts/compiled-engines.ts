import { compileEngine, type EngineCode } from '../engines/load-engine.js';

type CompiledName = EngineCode['name'];

/** Compiled once in a process; a compiled module holds no state. */
const compiled = new Map<CompiledName, EngineCode>();
const compiling = new Map<CompiledName, Promise<EngineCode>>();

/** An engine's WebAssembly, if it is compiled already. */
export function compiledEngine(name: CompiledName): EngineCode | undefined {
  return compiled.get(name);
}

/** An engine's WebAssembly, compiled by the first caller. A failure is not remembered. */
export function compileEngineOnce(name: CompiledName): Promise<EngineCode> {
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
