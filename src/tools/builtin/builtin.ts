import { defineTool } from '../define-tool.js';
import type { SecurityLevel, Tool, ToolDefinition, ToolResult } from '../tool.js';
import type { ToolContext } from '../tool-context.js';
import type { Schema } from './schema.js';

/** {@link ToolDefinition} for the tools that come with stint: with a schema of what goes in and of what comes out, and with examples. */
export interface BuiltinDefinition<Input, Output>
  extends Omit<ToolDefinition<Input, Output>, 'input' | 'output' | 'handler' | 'tags' | 'examples'> {
  readonly security: SecurityLevel;
  readonly tags: readonly string[];
  readonly input: Schema<Input>;
  readonly output: Schema<Output>;
  readonly examples: readonly BuiltinExample<Output>[];
  handler(input: Input, context: ToolContext): ToolResult<Output>;
}

export interface BuiltinExample<Output> {
  readonly description?: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output?: Output;
  check?(output: unknown): boolean;
}

/** As {@link defineTool}; the types of the handler come from the schemas. */
export function builtin<Input, Output>(definition: BuiltinDefinition<Input, Output>): Tool {
  return defineTool(definition as ToolDefinition<Input, Output>);
}
