import { toEnvelope } from '../../errors/envelope.js';
import type { ScriptLanguage } from '../../errors/stint-error.js';
import type { Limits } from '../../runtime/limits.js';
import type { RunOptions } from '../../runtime/options.js';
import { type OptionReader, oneOf, readOptions, text, wholeNumber } from '../../runtime/read-options.js';
import type { Source } from '../../runtime/source.js';
import { invalid } from '../../runtime/units.js';
import type { Value } from '../../values/value.js';
import type { Services } from '../services.js';
import { work } from './method.js';

const anything: OptionReader<unknown> = (value) => value;
const readArgs: OptionReader<Value[]> = (value, name) => {
  if (!Array.isArray(value)) throw invalid(name, value, 'an array');
  return value;
};

/** Scripts that run once. */
export const scriptMethods = {
  'scripts/run': work((services, params, call) => {
    const { source, limits, args, priority } = readOptions(params, 'params', {
      source: anything,
      args: readArgs,
      limits: anything,
      priority: wholeNumber(-100, 100),
    });
    const checked = readSource(source, call.client.account.principal.local);
    return call.client.account.withScript(async () => {
      const task = services.runtime.start(checked, {
        ...scriptOptions(services),
        args: args ?? [],
        signal: call.signal,
        ...(limits === undefined ? {} : { limits: limits as Limits }),
        ...(priority === undefined ? {} : { priority }),
        ...(call.listener.output === undefined ? {} : { output: call.listener.output }),
      });
      const { error, ...outcome } = await task.outcome;
      return { id: task.id, ...outcome, ...(error === undefined ? {} : { error: toEnvelope(error) }) };
    });
  }),
};

/** A client elsewhere sends the text: the kernel's files are not its own. */
function readSource(source: unknown, local: boolean): Source {
  if (local) return source as Source;
  const { language, code, name } = readOptions(source, 'params.source', {
    language: oneOf<ScriptLanguage>('lua', 'javascript', 'typescript'),
    code: anything,
    name: text,
  });
  if (language === undefined) throw invalid('params.source.language', language, "'lua', 'javascript' or 'typescript'");
  return { language, code: code as string, ...(name === undefined ? {} : { name }) };
}

/** What scripts of a client may do beyond computing: what the kernel's policy lets tools do. */
export function scriptOptions({ policy }: Services): RunOptions {
  const { net } = policy.rules;
  return net.length === 0 ? {} : { permissions: { net: [...net] } };
}
