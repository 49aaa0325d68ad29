import { isDeepStrictEqual } from 'node:util';
import type { ErrorCode } from '../errors/codes.js';
import { describe, messageOf } from '../errors/describe.js';
import { isStintError, StintError } from '../errors/stint-error.js';
import type { Tool, ToolExample } from './tool.js';

/** What came of one example. */
export interface ExampleTest {
  readonly description: string;
  readonly passed: boolean;
  readonly ms: number;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

/** What came of a tool's examples. `passed`: there were some, and all of them did what they say. */
export interface ToolTest {
  readonly tool: string;
  readonly passed: boolean;
  readonly examples: readonly ExampleTest[];
}

/** Makes the call of each example, one after the other, and compares what it returned. */
export async function testTool(tool: Tool, call: (input: unknown) => Promise<unknown>): Promise<ToolTest> {
  const examples: ExampleTest[] = [];
  for (const [index, example] of tool.examples.entries()) {
    const startedAt = performance.now();
    const error = await failureOf(example, call);
    examples.push({
      description: example.description ?? `example ${index + 1}`,
      passed: error === undefined,
      ms: performance.now() - startedAt,
      ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
    });
  }
  return { tool: tool.name, passed: examples.length > 0 && examples.every(({ passed }) => passed), examples };
}

async function failureOf(
  example: ToolExample,
  call: (input: unknown) => Promise<unknown>,
): Promise<StintError | undefined> {
  try {
    const output = await call(example.input);
    if ('output' in example && !isDeepStrictEqual(output, example.output)) {
      return wrong(`it returned ${describe(output)}, not ${describe(example.output)}`);
    }
    if ((await example.check?.(output)) === false) return wrong(`its check refuses ${describe(output)}`);
    return undefined;
  } catch (error) {
    return isStintError(error) ? error : wrong(messageOf(error));
  }
}

function wrong(message: string): StintError {
  return new StintError('TOOL_FAILED', message);
}
