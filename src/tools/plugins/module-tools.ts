import { within } from '../../control/within.js';
import { describe, messageOf } from '../../errors/describe.js';
import { isStintError, StintError } from '../../errors/stint-error.js';
import { defineTool } from '../define-tool.js';
import type { Tool, ToolDefinition } from '../tool.js';

/** How long a module may take to load and to make its tools. */
const LOAD_PATIENCE_MS = 10_000;

/**
 * Loads the tools of a module: what it exports as `tools` or as its default, a tool, an array of them, or a function that makes them.
 * A module is not confined: load only what you trust.
 *
 * @param url of the module
 * @param from what it is called in messages
 * @param patience in milliseconds
 * @throws StintError (rejects) `INVALID_ARGUMENT` if it exports no tools, or is not loaded in time
 */
export async function loadModuleTools(url: string, from: string, patience = LOAD_PATIENCE_MS): Promise<Tool[]> {
  let exported: unknown;
  try {
    const loading = toolsOf(url);
    const settled = loading.catch(() => undefined);
    if (!(await within(settled, patience))) throw new Error(`it takes longer than ${patience} ms`);
    exported = await loading;
  } catch (error) {
    throw new StintError('INVALID_ARGUMENT', `cannot load the tools of ${from}: ${messageOf(error)}`, { cause: error });
  }
  const list: unknown[] = Array.isArray(exported) ? exported : [exported];
  if (exported === undefined || list.length === 0) {
    throw new StintError('INVALID_ARGUMENT', `${from} exports no tools; export them as 'tools' or as the default`);
  }
  return list.map((item) => read(item, from));
}

async function toolsOf(url: string): Promise<unknown> {
  const module = (await import(url)) as Record<string, unknown>;
  const given = module['tools'] ?? exportedAsTools(module['default']) ?? module['default'];
  return typeof given === 'function' ? await given() : given;
}

/** What a CommonJS module exports, if Node does not see the names: in `module.exports = { tools: [...] }`, say. */
function exportedAsTools(whole: unknown): unknown {
  return typeof whole === 'object' && whole !== null && Object.hasOwn(whole, 'tools')
    ? Reflect.get(whole, 'tools')
    : undefined;
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
