import { invalid } from '../../errors/invalid.js';
import { anything, oneOf, readBoolean, readOptions, text, wholeNumber } from '../../runtime/read-options.js';
import { parseDuration } from '../../runtime/units.js';
import { SECURITY_LEVELS, type SecurityLevel } from '../../tools/tool.js';
import { control, work } from './method.js';

const MOST_FOUND = 1000;
const FILTER = { category: text, tag: text, security: oneOf<SecurityLevel>(...SECURITY_LEVELS) };

/** What is said about tools, and calls of them. */
export const toolMethods = {
  'tools/list': control(({ registry, policy }, params) => {
    const { permitted = false, ...filter } = readOptions(params, 'params', { ...FILTER, permitted: readBoolean });
    return { tools: permitted ? registry.under(policy).list(filter) : registry.list(filter) };
  }),

  'tools/search': work(async ({ registry }, params) => {
    const {
      query,
      limit = MOST_FOUND,
      ...filter
    } = readOptions(params, 'params', {
      ...FILTER,
      query: text,
      limit: wholeNumber(1, MOST_FOUND),
    });
    if (query === undefined) throw invalid('params.query', query, 'a text that is not empty');
    return { tools: (await registry.search(query, filter)).slice(0, limit) };
  }),

  'tools/info': control(({ registry }, params) => registry.info(readName(params))),

  'tools/call': work(async (services, params, { client, signal, listener }) => {
    const {
      name,
      arguments: input,
      timeout,
    } = readOptions(params, 'params', {
      name: text,
      arguments: anything,
      timeout: parseDuration,
    });
    if (name === undefined) throw invalid('params.name', name, 'the name of a tool');
    const { registry, policy, ledger } = services;
    const result = await registry.call(name, input ?? {}, {
      policy,
      signal,
      // Made only for a tool that runs scripts.
      runtime: () => services.runtime,
      ledger,
      caller: `${client.account.principal.name} ${client.id}`,
      ...(timeout === undefined ? {} : { timeout }),
      ...(listener.progress === undefined ? {} : { onProgress: listener.progress }),
      ...(listener.part === undefined ? {} : { onPart: listener.part }),
    });
    return { result };
  }),

  'tools/test': work((services, params, { signal }) => {
    const { registry, policy, ledger } = services;
    return registry.test(readName(params), {
      policy,
      signal,
      runtime: () => services.runtime,
      ledger,
    });
  }),
};

function readName(params: object): string {
  const { name } = readOptions(params, 'params', { name: text });
  if (name === undefined) throw invalid('params.name', name, 'the name of a tool');
  return name;
}
