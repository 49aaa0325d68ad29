import type { EngineName } from '../engines/engine-name.js';
import { compileEngine, type EngineCode } from '../engines/load-engine.js';

/** Compiled once in a process; a compiled module holds no state. */
const compiled = new Map<EngineName, EngineCode>();
const compiling = new Map<EngineName, Promise<EngineCode>>();

/** An engine's WebAssembly, if it is compiled already. */
export function compiledEngine(name: EngineName): EngineCode | undefined {
  return compiled.get(name);
}

/** An engine's WebAssembly, compiled by the first caller. A failure is not remembered. */
export function compileEngineOnce(name: EngineName): Promise<EngineCode> {
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
