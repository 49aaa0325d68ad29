import { describe, messageOf } from '../../errors/describe.js';
import { isStintError, StintError } from '../../errors/stint-error.js';
import { defineTool } from '../define-tool.js';
import type { Tool, ToolDefinition } from '../tool.js';

/**
 * Loads the tools of a module: what it exports as `tools` or as its default, a tool, an array of them, or a function that makes them.
 * A module is not confined: load only what you trust.
 *
 * @param url of the module
 * @param from what it is called in messages
 * @throws StintError (rejects) `INVALID_ARGUMENT` if it exports no tools
 */
export async function loadModuleTools(url: string, from: string): Promise<Tool[]> {
  let exported: unknown;
  try {
    const module = (await import(url)) as Record<string, unknown>;
    const given = module['tools'] ?? module['default'];
    exported = typeof given === 'function' ? await given() : given;
  } catch (error) {
    throw new StintError('INVALID_ARGUMENT', `cannot load the tools of ${from}: ${messageOf(error)}`, { cause: error });
  }
  const list: unknown[] = Array.isArray(exported) ? exported : [exported];
  if (exported === undefined || list.length === 0) {
    throw new StintError('INVALID_ARGUMENT', `${from} exports no tools; export them as 'tools' or as the default`);
  }
  return list.map((item) => read(item, from));
}

/** Also what another copy of stint has made, or nobody. */
function read(item: unknown, from: string): Tool {
  try {
    return defineTool(item as ToolDefinition);
  } catch (error) {
    if (!isStintError(error)) throw error;
    throw new StintError('INVALID_ARGUMENT', `${from} exports ${describe(item)}, which is no tool: ${error.message}`, {
      cause: error,
    });
  }
}
