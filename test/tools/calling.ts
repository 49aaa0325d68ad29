import { expect } from 'vitest';
import type { StintError } from '#stint/errors/stint-error';
import {
  type AuditEvent,
  type CallOptions,
  defineTool,
  type PolicyOptions,
  type ToolContext,
  type ToolDefinition,
  ToolRegistry,
} from '#stint/tools/index';

/** What a call rejected with. */
export async function errorOf(call: Promise<unknown>): Promise<StintError> {
  return call.then(
    (value) => expect.fail(`it did not fail, but gave ${String(value)}`),
    (error) => error as StintError,
  );
}

/** Runs some code as the handler of a tool that declares every door. */
export async function within<T>(
  policy: PolicyOptions,
  handler: (context: ToolContext) => T | Promise<T>,
  options: CallOptions & Partial<ToolDefinition> = {},
): Promise<{ result: T; events: AuditEvent[] }> {
  const { permissions = ['read', 'write', 'net', 'execute', 'environment'], limits, ...told } = options;
  const registry = new ToolRegistry();
  const events: AuditEvent[] = [];
  registry.on('call', (event) => events.push(event));
  registry.add(
    defineTool({
      name: 'probe',
      description: 'Does what a test wants.',
      category: 'test',
      security: 'privileged',
      input: {},
      permissions,
      ...(limits === undefined ? {} : { limits }),
      handler: (_, context) => handler(context),
    }),
  );
  const result = (await registry.call('probe', {}, { ...told, policy: { security: 'privileged', ...policy } })) as T;
  return { result, events };
}

/** What the code in a handler rejected with. */
export function refusalWithin(
  policy: PolicyOptions,
  handler: (context: ToolContext) => unknown,
  options?: CallOptions & Partial<ToolDefinition>,
): Promise<StintError> {
  return errorOf(within(policy, handler, options));
}
