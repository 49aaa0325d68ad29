import { buffer } from 'node:stream/consumers';
import type { ScriptLanguage } from '../../errors/stint-error.js';
import { createRuntime } from '../../runtime/create-runtime.js';
import { statusOf } from '../exit-status.js';
import { outcomeToJson } from '../json.js';
import { type LimitFlags, readLimits, readPermissions } from '../limit-options.js';
import { valueText } from '../print-value.js';
import { describeFailure } from '../report-error.js';
import { direct, GatheredOutput } from '../script-output.js';
import { endOnBrokenPipe, watchSignals } from '../signals.js';
import { scriptTools } from '../tool-setup.js';

export interface EvalFlags extends LimitFlags {
  readonly language: string;
  readonly arg: string[];
}

const NAME = 'eval';

/** `stint eval`: returns the exit status. */
export async function evaluate(code: string, flags: EvalFlags): Promise<number> {
  const settings = readLimits(flags);
  const permissions = readPermissions(flags);
  const tools = await scriptTools(flags);
  endOnBrokenPipe();
  const source = code === '-' ? new Uint8Array(await buffer(process.stdin)) : code;
  await using runtime = await createRuntime({ threads: 1, ...settings });
  const interrupted = new AbortController();
  using signals = watchSignals(() => interrupted.abort('interrupted'));
  const gathered = new GatheredOutput();
  const output = flags.json === true ? gathered : direct();
  const outcome = await runtime.start(
    { language: flags.language as ScriptLanguage, code: source, name: NAME },
    {
      args: flags.arg,
      permissions,
      ...(tools === undefined ? {} : { tools }),
      signal: interrupted.signal,
      output: (chunk, stream) => output.write(chunk, stream),
    },
  ).outcome;
  if (flags.json === true) process.stdout.write(`${outcomeToJson(NAME, outcome, gathered.texts)}\n`);
  else if (outcome.error !== undefined) process.stderr.write(describeFailure(NAME, outcome.error));
  else process.stdout.write(valueText(outcome.value));
  return signals.status ?? statusOf(outcome);
}
