import { interruptLater } from '../control/interrupter.js';
import { compileForShortProgram, keepBudget } from '../engines/compile.js';
import { bootEarly } from '../hosts/boot-thread.js';

/** Long enough for what is done at once. */
const INTERRUPT_AFTER_MS = 50;
/** From when the first thread is online: long enough for what else boots, the interrupter too. */
const BOOTED_AFTER_MS = 100;

/** Begins with what `eval` and `run` need, while their code is loaded: a thread that gets the engine ready that the command line looks like. */
export function startEarly([command = '', ...args]: readonly string[]): void {
  if (!['eval', 'run'].includes(command)) return;
  compileForShortProgram();
  const engine = args.some((arg) => arg === 'lua' || arg.endsWith('.lua')) ? 'lua' : 'javascript';
  void bootEarly(engine).then(() => setTimeout(keepBudget, BOOTED_AFTER_MS).unref());
  if (!args.some((arg) => arg.startsWith('--timeout'))) interruptLater(INTERRUPT_AFTER_MS);
}
