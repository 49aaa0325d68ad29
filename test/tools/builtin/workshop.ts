import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createRuntime, type Runtime } from '#stint/index';
import { builtinTools, type PolicyOptions, ToolRegistry } from '#stint/tools/index';
import { errorOf } from '../calling.js';

/** The built-in tools with a runtime and a directory of their own, for the tests of one file. */
export interface Workshop {
  readonly directory: string;
  readonly registry: ToolRegistry;
  /** Everything that is permitted below the directory and on this machine. */
  readonly policy: PolicyOptions;
  call<T = Record<string, unknown>>(name: string, input: unknown, policy?: PolicyOptions): Promise<T>;
  /** The code and the message of the error that a call ends with. */
  failure(name: string, input: unknown, policy?: PolicyOptions): Promise<string>;
}

export function workshop(): Workshop {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'stint-tools-')));
  const policy: PolicyOptions = {
    security: 'privileged',
    directory,
    files: { read: ['.'], write: ['.'] },
    net: ['127.0.0.1:*', 'localhost:*'],
    commands: ['echo', 'cat'],
    environment: ['PATH', 'STINT_EXAMPLE_UNSET', 'STINT_TEST_SECRET'],
  };
  let runtime: Runtime;
  let registry: ToolRegistry;
  beforeAll(async () => {
    runtime = await createRuntime({ threads: 2 });
    registry = new ToolRegistry({ tools: builtinTools(), runtime });
  });
  afterAll(async () => {
    await runtime.close();
    rmSync(directory, { recursive: true });
  });
  const call = <T>(name: string, input: unknown, own = policy) =>
    registry.call(name, input, { policy: own }) as Promise<T>;
  return {
    directory,
    policy,
    get registry() {
      return registry;
    },
    call,
    failure: async (name, input, own) => {
      const { code, message } = await errorOf(call(name, input, own));
      return `${code} ${message}`;
    },
  };
}
