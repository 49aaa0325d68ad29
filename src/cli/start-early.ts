import { bootEarly } from '../hosts/boot-thread.js';
import { compileEngineOnce } from '../hosts/compiled-engines.js';
import { optimizeLater } from './optimize-later.js';

/** Begins with what `eval` and `run` need, while their code is loaded: a thread, and the engine that the command line looks like. */
export function startEarly([command = '', ...args]: readonly string[]): void {
  if (!['eval', 'run'].includes(command)) return;
  optimizeLater();
  bootEarly();
  const isLua = args.some((arg) => arg === 'lua' || arg.endsWith('.lua'));
  // A failure is not remembered: who needs the engine meets it, and says so.
  compileEngineOnce(isLua ? 'lua' : 'javascript').catch(() => undefined);
}
