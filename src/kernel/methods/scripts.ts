import { toEnvelope } from '../../errors/envelope.js';
import { invalid } from '../../errors/invalid.js';
import type { ScriptLanguage } from '../../errors/stint-error.js';
import type { Limits } from '../../runtime/limits.js';
import { anything, type OptionReader, oneOf, readOptions, text, wholeNumber } from '../../runtime/read-options.js';
import type { RunOptions } from '../../runtime/run-options.js';
import type { Source } from '../../runtime/source.js';
import { onlyTools } from '../../tools/plugins/only-tools.js';
import type { Value } from '../../values/value.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';
import { work } from './method.js';

/** What a script gets; its values are checked where it is started. */
export const readArgs: OptionReader<Value[]> = (value, name) => {
  if (!Array.isArray(value)) throw invalid(name, value, 'an array');
  return value;
};

const NOT_NAMED = 'options.tools does not name it; add it there, or set options.tools to true';

/** Which tools scripts may call. */
export type ScriptTools = boolean | readonly string[];

export const readTools: OptionReader<ScriptTools> = (value, name) => {
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw invalid(name, value, 'true, or an array of names of tools');
};

/** Scripts that run once. */
export const scriptMethods = {
  'scripts/run': work((services, params, call) => {
    const {
      source,
      limits,
      args,
      priority,
      tools = false,
    } = readOptions(params, 'params', {
      source: anything,
      args: readArgs,
      limits: anything,
      priority: wholeNumber(-100, 100),
      tools: readTools,
    });
    const checked = readSource(source, call.client.account.principal.local);
    return call.client.account.withScript(async () => {
      const task = services.runtime.start(checked, {
        ...scriptOptions(services, call, tools),
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

/**
 * What scripts of a client may do beyond computing: what the kernel's policy lets tools do.
 *
 * @param tools names of tools that they may call, or `true` for all that the policy permits
 */
export function scriptOptions({ registry, policy }: Services, { client }: Call, tools: ScriptTools): RunOptions {
  const { net } = policy.rules;
  const permissions = net.length === 0 ? {} : { permissions: { net: [...net], publicOnly: true } };
  if (tools === false) return permissions;
  const view = registry.under(policy, `script of ${client.account.principal.name} ${client.id}`);
  return { ...permissions, tools: tools === true ? view : onlyTools(view, tools, NOT_NAMED) };
}
