import type { ToolPort } from '../runtime/tool-port.js';

/** What of a line is completed: `tool.` and a name, or the beginning of a text that is a tool's name. */
const TOOL = /\btool\.(?:(?:call|info)\(\s*(?:"|'))?([a-z0-9._-]*)$/;

const METHODS = ['call', 'info', 'list', 'search'];

/** Completes the names of tools, for `readline`. */
export function toolCompleter(tools: ToolPort | undefined): (line: string) => [string[], string] {
  return (line) => {
    const match = TOOL.exec(line);
    const begun = match?.[1] ?? '';
    if (match === null || tools === undefined) return [[], line];
    const isText = match[0].includes('(');
    // A name with a dash is no field.
    const names = tools
      .list()
      .map(({ name }) => name)
      .filter((name) => isText || !name.includes('-'));
    const found = [...names, ...(isText ? [] : METHODS)].filter((name) => name.startsWith(begun)).sort();
    return [found, begun];
  };
}
