import { StintError } from '../../../errors/stint-error.js';
import type { ToolPort } from '../../../runtime/tool-port.js';

/** Some of the tools of a port: what a script is given. */
export function chosenTools(port: ToolPort, chosen: readonly string[]): ToolPort {
  const names = new Set(chosen);
  const check = (name: string): void => {
    if (names.has(name)) return;
    throw new StintError(
      'PERMISSION_DENIED',
      `to use the tool '${name}' is not permitted: the script was not given it; add '${name}' to tools`,
    );
  };
  return {
    list: (filter) => port.list(filter).filter(({ name }) => names.has(name)),
    search: async (query, filter) => (await port.search(query, filter)).filter(({ name }) => names.has(name)),
    info: (name) => {
      check(name);
      return port.info(name);
    },
    call: async (name, input, options) => {
      check(name);
      return port.call(name, input, options);
    },
  };
}
