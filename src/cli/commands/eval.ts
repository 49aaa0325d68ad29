import { buffer } from 'node:stream/consumers';
import type { ScriptLanguage } from '../../errors/stint-error.js';
import { createRuntime } from '../../runtime/create-runtime.js';
import type { Outcome } from '../../runtime/outcome.js';
import type { Value } from '../../values/value.js';
import { statusOf } from '../exit-status.js';
import { outcomeToJson } from '../json.js';
import { type LimitFlags, readLimits, readPermissions } from '../limit-options.js';
import { valueText } from '../print-value.js';
import { describeFailure } from '../report-error.js';
import { direct, GatheredOutput } from '../script-output.js';
import { endOnBrokenOutput, watchSignals } from '../signals.js';
import { readScriptTools } from '../tool-options.js';
import { useDaemon } from '../use-daemon.js';

export interface EvalFlags extends LimitFlags {
  readonly json?: boolean;
  readonly language: string;
  readonly arg?: string[];
}

const NAME = 'eval';

/** `stint eval`: returns the exit status. */
export async function evaluate(code: string, flags: EvalFlags): Promise<number> {
  const settings = readLimits(flags);
  const permissions = readPermissions(flags);
  const tools = await readScriptTools(flags);
  endOnBrokenOutput();
  const source = code === '-' ? new Uint8Array(await buffer(process.stdin)) : code;
  await using daemon = await useDaemon(flags);
  const interrupted = new AbortController();
  using signals = watchSignals(() => interrupted.abort('interrupted'));
  const gathered = new GatheredOutput();
  const output = flags.json === true ? gathered : direct();
  const program = { language: flags.language as ScriptLanguage, code: source, name: NAME };
  const told = {
    args: flags.arg ?? [],
    signal: interrupted.signal,
    output: (chunk: string, stream: 'stdout' | 'stderr') => output.write(chunk, stream),
  };
  const tell = (outcome: Outcome<Value>): number => {
    if (flags.json === true) process.stdout.write(`${outcomeToJson(NAME, outcome, gathered.texts)}\n`);
    else if (outcome.error !== undefined) process.stderr.write(describeFailure(NAME, outcome.error));
    else process.stdout.write(valueText(outcome.value));
    return signals.status ?? statusOf(outcome);
  };
  if (daemon !== undefined) {
    return tell(await daemon.scripts.start(program, { ...told, limits: settings.limits ?? {} }).outcome);
  }
  await using runtime = await createRuntime({ threads: 1, ...settings });
  return tell(
    await runtime.start(program, { ...told, permissions, ...(tools === undefined ? {} : { tools }) }).outcome,
  );
}
