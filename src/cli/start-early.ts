import { bootEarly } from '../hosts/boot-thread.js';
import { compileEngineOnce } from '../hosts/compiled-engines.js';
import { compileToOptimizeLater } from './optimize-later.js';

/** Begins with what `eval` and `run` need, while their code is loaded: a thread, and the engine that the command line looks like. */
export function startEarly([command = '', ...args]: readonly string[]): void {
  if (!['eval', 'run'].includes(command)) return;
  const { online } = bootEarly();
  const isLua = args.some((arg) => arg === 'lua' || arg.endsWith('.lua'));
  const compile = async (binary: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> => {
    // Not while it boots: see compileToOptimizeLater.
    await online;
    return compileToOptimizeLater(binary);
  };
  // A failure is not remembered: who needs the engine meets it, and says so.
  compileEngineOnce(isLua ? 'lua' : 'javascript', compile).catch(() => undefined);
}
