import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Bytes, Duration } from '../runtime/units.js';
import type { ToolContext } from './tool-context.js';

/**
 * How much harm a tool could do. `safe`: it computes, and reaches nothing. `restricted`: it reaches files, hosts or the environment, as
 * far as the policy lets it. `privileged`: it can start programs, or change the machine.
 */
export type SecurityLevel = 'safe' | 'restricted' | 'privileged';

/** The levels, the most harmless first. */
export const SECURITY_LEVELS = ['safe', 'restricted', 'privileged'] as const satisfies readonly SecurityLevel[];

/** A door that a tool can go through: what it does not declare stays shut, whatever the policy says. */
export type ToolPermission = 'read' | 'write' | 'net' | 'execute' | 'environment';

export const TOOL_PERMISSIONS = [
  'read',
  'write',
  'net',
  'execute',
  'environment',
] as const satisfies readonly ToolPermission[];

/** What one call of a tool may use at most. */
export interface ToolLimits {
  /** From the call to its answer, tools that it calls included. Default 30 s. */
  timeout?: Duration;
  /** What its doors hold for it at a time, in bytes (files read, bodies, what programs print), and the memory of a script. Default 64 MiB. */
  memory?: Bytes;
  /** Its result and parts, all together. Default 16 MiB. */
  output?: Bytes;
  /** Its input. Default 16 MiB. */
  input?: Bytes;
}

/** A call that shows what the tool does. `test` makes it. */
export interface ToolExample {
  readonly description?: string;
  readonly input: unknown;
  /** What the call has to return, exactly. */
  readonly output?: unknown;
  /** Says whether what the call returned is right, where that is not always the same: by false, or by what it throws. */
  check?(output: unknown): boolean | undefined | Promise<boolean | undefined>;
}

/** A JSON Schema: of draft 2020-12, or of draft 7 if its `$schema` says so. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What says what a value has to look like: a schema of Zod, Valibot, ArkType and the like, or a JSON Schema. */
export type ToolSchema<T = unknown> = StandardSchemaV1<unknown, T> | JsonSchema;

/** A handler's result: a value, a promise of one, or a generator whose parts are streamed and whose return value is the result. */
export type ToolResult<T> = T | Promise<T> | AsyncGenerator<unknown, T, void> | Generator<unknown, T, void>;

/** What {@link defineTool} takes. */
export interface ToolDefinition<Input = unknown, Output = unknown> {
  /** Words of a-z and 0-9, with `.`, `_` or `-` between them, such as `json.query`. */
  readonly name: string;
  /** What it does, for whoever has to choose among tools. */
  readonly description: string;
  /** What lists are divided by, such as `text`. */
  readonly category: string;
  readonly tags?: readonly string[];
  readonly security: SecurityLevel;
  /** What the input has to be. */
  readonly input: ToolSchema<Input>;
  /** What the result has to be. Default: any value. */
  readonly output?: ToolSchema<Output>;
  /** The doors that it goes through. Default: none. A `safe` tool can have none. */
  readonly permissions?: readonly ToolPermission[];
  readonly limits?: ToolLimits;
  readonly examples?: readonly ToolExample[];
  handler(input: Input, context: ToolContext): ToolResult<Output>;
}

/** A tool, as {@link defineTool} makes it. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly security: SecurityLevel;
  readonly input: ToolSchema;
  readonly output: ToolSchema | undefined;
  readonly permissions: readonly ToolPermission[];
  readonly limits: ResolvedToolLimits;
  readonly examples: readonly ToolExample[];
  handler(input: unknown, context: ToolContext): ToolResult<unknown>;
}

/** {@link ToolLimits}: `timeout` in milliseconds, the others in bytes. */
export interface ResolvedToolLimits {
  readonly timeout: number;
  readonly memory: number;
  readonly output: number;
  readonly input: number;
}
