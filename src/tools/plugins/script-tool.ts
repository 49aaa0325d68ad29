import { messageOf } from '../../errors/describe.js';
import { StintError } from '../../errors/stint-error.js';
import { type LoadedSource, resolveSource, type SourceFile } from '../../runtime/source.js';
import type { Value } from '../../values/value.js';
import { defineTool } from '../define-tool.js';
import type { Tool, ToolDefinition } from '../tool.js';
import type { ToolContext } from '../tool-context.js';
import { onlyTools } from './only-tools.js';
import { readScriptHeader, type ScriptHeader } from './script-header.js';

/**
 * Makes a tool of a script file: Lua, JavaScript or TypeScript that begins with a header comment. The script gets the input as its first
 * argument and returns the result. It is not trusted: each call runs it in a VM of its own, and what it reaches are the tools that its
 * header names, as far as the policy of the call goes.
 *
 * @returns undefined if the file has no header
 * @throws StintError (rejects) `INVALID_ARGUMENT` with what is wrong in the header
 */
export async function loadScriptTool(file: string): Promise<Tool | undefined> {
  const source = await (resolveSource({ file }) as SourceFile).load();
  const code = typeof source.code === 'string' ? source.code : Buffer.from(source.code).toString();
  const header = readScriptHeader(source.language, code, file);
  if (header === undefined) return undefined;
  try {
    return defineTool(definitionOf(header, source));
  } catch (error) {
    throw new StintError('INVALID_ARGUMENT', `the tool's header in ${file} is wrong: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function definitionOf(header: ScriptHeader, source: LoadedSource): ToolDefinition {
  const { timeout, memory, tools = [], examples, ...fields } = header;
  const limits = { ...(timeout === undefined ? {} : { timeout }), ...(memory === undefined ? {} : { memory }) };
  return {
    security: 'safe',
    category: 'scripts',
    input: {},
    ...fields,
    limits,
    examples,
    handler: (input: unknown, context: ToolContext) => runScript(source, tools, input as Value, context),
    // What is missing or wrong is for `defineTool` to say.
  } as ToolDefinition;
}

function runScript(source: LoadedSource, tools: readonly string[], input: Value, context: ToolContext): Promise<Value> {
  const { timeout, output } = context.limits;
  return context.runtime.run(source, {
    args: [input],
    limits: { timeout, output },
    signal: context.signal,
    tools: onlyTools(context.tools, tools),
  });
}
