import { copyValue } from '../values/copy-value.js';
import { jsonSchemaOf } from './schema/validator.js';
import type { JsonSchema, ResolvedToolLimits, SecurityLevel, Tool, ToolPermission } from './tool.js';

/** What is known of a tool in a list. */
export interface ToolSummary {
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly security: SecurityLevel;
}

/** All that is known of a tool, as plain data. */
export interface ToolInfo extends ToolSummary {
  readonly permissions: readonly ToolPermission[];
  readonly limits: ResolvedToolLimits;
  readonly input: JsonSchema;
  readonly output?: JsonSchema;
  readonly examples: readonly { readonly description?: string; readonly input: unknown; readonly output?: unknown }[];
}

export function summaryOf({ name, description, category, tags, security }: Tool): ToolSummary {
  return Object.freeze({ name, description, category, tags, security });
}

export function infoOf(tool: Tool): ToolInfo {
  const { permissions, limits, output, examples } = tool;
  return Object.freeze({
    ...summaryOf(tool),
    permissions,
    limits,
    input: jsonSchemaOf(tool.input, 'input'),
    ...(output === undefined ? {} : { output: jsonSchemaOf(output, 'output') }),
    examples: examples.map(
      ({ check: _, ...example }) => copyValue(example, 'example') as unknown as ToolInfo['examples'][0],
    ),
  });
}
