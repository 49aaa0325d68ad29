/**
 * The tools that one task may call.
 *
 * 1. Only those that its options name.
 * 2. A tool's call ends with the task.
 */
import { describe } from '../errors/describe.js';
import { invalid } from '../errors/invalid.js';
import { StintError } from '../errors/stint-error.js';
import type { Value } from '../values/value.js';
import type { ToolCall, ToolFilter, ToolPort } from './tool-port.js';

/** Which tools a task has: all of the port, or some. */
export interface ToolGrant {
  readonly port: ToolPort;
  readonly names: ReadonlySet<string> | undefined;
}

/** What `RunOptions.tools` can be. */
export type ToolsOption = boolean | readonly string[] | ToolPort;

/**
 * Reads `RunOptions.tools`.
 *
 * @param port the tools of the runtime
 * @throws StintError `INVALID_ARGUMENT`
 */
export function readGrant(value: ToolsOption | undefined, port: ToolPort | undefined): ToolGrant | undefined {
  if (value === undefined || value === false) return undefined;
  if (typeof value === 'object' && !Array.isArray(value)) return { port: value as ToolPort, names: undefined };
  if (port === undefined) {
    throw invalid(
      'options.tools',
      value,
      'left out: the runtime has no tools; give it some with its own options.tools',
    );
  }
  return { port, names: value === true ? undefined : new Set(value as readonly string[]) };
}

/** Reads the shape of `RunOptions.tools`. @throws StintError `INVALID_ARGUMENT` */
export function readToolsOption(value: unknown, name: string): ToolsOption {
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return [...value];
  return readPort(value, name, 'true, an array of names of tools, or a ToolRegistry or a view of one');
}

/** Reads where tools are to be found. @throws StintError `INVALID_ARGUMENT` */
export function readPort(value: unknown, name: string, expected = 'a ToolRegistry or a view of one'): ToolPort {
  const methods = ['list', 'search', 'info', 'call'] as const;
  const isPort = typeof value === 'object' && value !== null;
  if (isPort && methods.every((method) => typeof Reflect.get(value, method) === 'function')) return value as ToolPort;
  throw invalid(name, value, expected);
}

/** Carries out what a script asks of `tool`. */
export async function useTools(
  grant: ToolGrant | undefined,
  method: string,
  args: readonly Value[],
  call: ToolCall,
): Promise<unknown> {
  const [first, second] = args;
  switch (method) {
    case 'tool.list':
      return grant?.port.list(readFilter(first)).filter(({ name }) => has(grant, name)) ?? [];
    case 'tool.search': {
      const found = await grant?.port.search(readText(first, 'query'), readFilter(second));
      return found?.filter(({ name }) => has(grant, name)) ?? [];
    }
    case 'tool.info':
      return granted(grant, readText(first, 'name')).info(readText(first, 'name'));
    default: {
      // The name of a tool that was reached by fields comes in a list of its own.
      const name = readText(Array.isArray(first) ? first[0] : first, 'name');
      return granted(grant, name).call(name, second ?? {}, call);
    }
  }
}

function has(grant: ToolGrant | undefined, name: string): boolean {
  return grant?.names?.has(name) ?? true;
}

function granted(grant: ToolGrant | undefined, name: string): ToolPort {
  if (grant !== undefined && has(grant, name)) return grant.port;
  const why = grant === undefined ? 'options.tools is not given' : 'options.tools does not have it';
  throw new StintError(
    'PERMISSION_DENIED',
    `to use the tool '${name.slice(0, 64)}' is not permitted: ${why}; add '${name.slice(0, 64)}' to options.tools`,
  );
}

function readText(value: Value, name: string): string {
  if (typeof value === 'string') return value;
  throw new StintError('INVALID_ARGUMENT', `${name} is ${describe(value)}; it must be a text`);
}

function readFilter(value: Value): ToolFilter {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as ToolFilter;
  throw new StintError(
    'INVALID_ARGUMENT',
    `filter is ${describe(value)}; it must be an object such as { category: 'text' }`,
  );
}
