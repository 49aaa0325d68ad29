import { interruptLater } from '../control/interrupter.js';
import { compileForShortProgram } from '../engines/compile.js';
import { bootEarly } from '../hosts/boot-thread.js';

/** Long enough for what is done at once. */
const INTERRUPT_AFTER_MS = 50;

/** Begins with what `eval` and `run` need, while their code is loaded: a thread that gets the engine ready that the command line looks like. */
export function startEarly([command = '', ...args]: readonly string[]): void {
  if (!['eval', 'run'].includes(command)) return;
  compileForShortProgram();
  bootEarly(args.some((arg) => arg === 'lua' || arg.endsWith('.lua')) ? 'lua' : 'javascript');
  if (!args.some((arg) => arg.startsWith('--timeout'))) interruptLater(INTERRUPT_AFTER_MS);
}
