import { describe } from '../errors/describe.js';
import { invalid } from '../errors/invalid.js';
import { type OptionReader, oneOf, readOptions, text } from '../runtime/read-options.js';
import { DEFAULT_TOOL_LIMITS, readToolLimits } from './limits.js';
import { refuseSchema } from './schema/refuse-schema.js';
import { isStandardSchema } from './schema/validator.js';
import {
  SECURITY_LEVELS,
  type SecurityLevel,
  TOOL_PERMISSIONS,
  type Tool,
  type ToolDefinition,
  type ToolExample,
  type ToolPermission,
  type ToolSchema,
} from './tool.js';

/** Also what MCP allows in names. */
const NAME = /^[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*$/;
const LONGEST_NAME = 64;

/**
 * Makes a tool.
 *
 * @example
 * ```ts
 * const square = defineTool({
 *   name: 'square',
 *   description: 'The square of a number.',
 *   category: 'math',
 *   security: 'safe',
 *   input: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
 *   examples: [{ input: { n: 3 }, output: 9 }],
 *   handler: ({ n }: { n: number }) => n * n,
 * });
 * ```
 * @throws StintError `INVALID_ARGUMENT` with what is wrong in the definition
 */
export function defineTool<Input = unknown, Output = unknown>(definition: ToolDefinition<Input, Output>): Tool {
  const read = readOptions(definition, 'tool', READERS);
  const need = <K extends keyof typeof READERS>(key: K): NonNullable<(typeof read)[K]> => {
    const value = read[key];
    if (value === undefined || value === null) throw invalid(`tool.${key}`, value, 'given');
    return value as NonNullable<(typeof read)[K]>;
  };
  const name = need('name');
  const security = need('security');
  const permissions = read.permissions ?? [];
  if (security === 'safe' && permissions.length > 0) {
    throw invalid(
      `the security of the tool '${name}'`,
      security,
      `'restricted' or 'privileged': it has ${permissions}`,
    );
  }
  return Object.freeze({
    name,
    description: need('description'),
    category: need('category'),
    tags: Object.freeze(read.tags ?? []),
    security,
    input: need('input'),
    output: read.output,
    permissions: Object.freeze(permissions),
    limits: Object.freeze({ ...DEFAULT_TOOL_LIMITS, ...read.limits }),
    examples: Object.freeze(read.examples ?? []),
    handler: need('handler'),
  });
}

/** Whether a tool is as {@link defineTool} makes it: nobody can change it, and nothing is missing. */
export function isDefined(tool: Tool): boolean {
  return typeof tool === 'object' && tool !== null && Object.isFrozen(tool) && Object.isFrozen(tool.limits);
}

const READERS = {
  name: (value: unknown, name: string): string => {
    if (typeof value === 'string' && value.length <= LONGEST_NAME && NAME.test(value)) return value;
    throw invalid(
      name,
      value,
      `words of a-z and 0-9 with '.', '_' or '-' between them, at most ${LONGEST_NAME} characters`,
    );
  },
  description: text,
  category: text,
  tags: listOf(text),
  security: oneOf<SecurityLevel>(...SECURITY_LEVELS),
  input: readSchema,
  output: readSchema,
  permissions: listOf(oneOf<ToolPermission>(...TOOL_PERMISSIONS)),
  limits: readToolLimits,
  examples: listOf(readExample),
  handler: (value: unknown, name: string): Tool['handler'] => {
    if (typeof value !== 'function') throw invalid(name, value, 'a function of the input and the context');
    return value as Tool['handler'];
  },
};

function readSchema(value: unknown, name: string): ToolSchema {
  // Some libraries' schemas are functions.
  if ((typeof value === 'object' || typeof value === 'function') && value !== null && !Array.isArray(value)) {
    if (!isStandardSchema(value)) refuseSchema(value, name);
    return value as ToolSchema;
  }
  throw invalid(name, value, 'a JSON Schema, or a schema of a library that has Standard Schema');
}

function readExample(value: unknown, name: string): ToolExample {
  if (typeof value !== 'object' || value === null || !('input' in value)) {
    throw invalid(name, value, `an object such as { input: {}, output: 1 }, not ${describe(value)}`);
  }
  return Object.freeze({ ...value }) as ToolExample;
}

function listOf<T>(readItem: OptionReader<T>): OptionReader<readonly T[]> {
  return (value, name) => {
    if (!Array.isArray(value)) throw invalid(name, value, 'an array');
    return Array.from(value, (item: unknown, index) => readItem(item, `${name}[${index}]`));
  };
}
