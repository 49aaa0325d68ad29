import type { ToolPort } from '../../runtime/tool-port.js';
import { matchesName } from '../name-pattern.js';
import { denied } from '../policy.js';

/** Those of the tools that a script's header names. */
export function onlyTools(port: ToolPort, patterns: readonly string[]): ToolPort {
  const has = (name: string): boolean => patterns.some((pattern) => matchesName(pattern, name));
  const check = (name: string): void => {
    if (has(name)) return;
    const why = `the script's header does not name it; add it to the line 'tools:' of the header`;
    throw denied(`to use the tool '${name.slice(0, 64)}'`, why);
  };
  return {
    list: (filter) => port.list(filter).filter(({ name }) => has(name)),
    search: async (query, filter) => (await port.search(query, filter)).filter(({ name }) => has(name)),
    info(name) {
      check(name);
      return port.info(name);
    },
    async call(name, input, options) {
      check(name);
      return port.call(name, input, options);
    },
  };
}
