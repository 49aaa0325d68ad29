import { text } from 'node:stream/consumers';
import { messageOf } from '../../errors/describe.js';
import { isStintError, StintError } from '../../errors/stint-error.js';
import type { ToolsClient } from '../../kernel/client/tools-client.js';
import { closeSharedRuntime } from '../../runtime/shared-runtime.js';
import type { CallOptions } from '../../tools/call-options.js';
import type { ToolRegistry } from '../../tools/registry.js';
import type { ToolTest } from '../../tools/test-tool.js';
import { toJsonForm } from '../../values/json-form.js';
import type { Value } from '../../values/value.js';
import { EXIT } from '../exit-status.js';
import { inFlags } from '../in-flags.js';
import { readDuration } from '../limit-options.js';
import { valueText } from '../print-value.js';
import { endOnBrokenOutput, watchSignals } from '../signals.js';
import type { PolicyFlags, ToolSourceFlags } from '../tool-options.js';
import { makeRegistry, readPolicyFlags } from '../tool-setup.js';
import { infoText, listText, testText } from '../tool-texts.js';
import { useDaemon } from '../use-daemon.js';

export interface ToolFlags extends ToolSourceFlags {
  readonly format: string;
  readonly category?: string;
  readonly tag?: string;
}

export interface ToolCallFlags extends PolicyFlags, ToolFlags {
  readonly timeout?: string;
}

/** `stint tool list`: returns the exit status. */
export async function listTools(flags: ToolFlags): Promise<number> {
  return show(flags, (registry) => registry.list(filterOf(flags)), listText);
}

/** `stint tool search`: returns the exit status. */
export async function searchTools(query: string, flags: ToolFlags): Promise<number> {
  return show(flags, (registry) => registry.search(query, filterOf(flags)), listText);
}

/** `stint tool info`: returns the exit status. */
export async function toolInfo(name: string, flags: ToolFlags): Promise<number> {
  return show(flags, (registry) => registry.info(name), infoText);
}

/** `stint tool call`: returns the exit status. */
export async function callTool(name: string, input: string | undefined, flags: ToolCallFlags): Promise<number> {
  const isJson = readFormat(flags) === 'json';
  return withTools(flags, async (registry, options, worded) => {
    const print = (value: unknown, key: string): void => {
      if (isJson) process.stdout.write(`${JSON.stringify({ tool: name, [key]: toJsonForm(value) })}\n`);
      else process.stdout.write(valueText(value as Value));
    };
    try {
      const parsed = await readInput(input);
      print(await registry.call(name, parsed, { ...options, onPart: (part) => print(part, 'part') }), 'result');
      return EXIT.completed;
    } catch (error) {
      if (!isStintError(error)) throw error;
      const { code, message } = error;
      if (isJson) process.stdout.write(`${JSON.stringify({ tool: name, error: { code, message } })}\n`);
      process.stderr.write(`stint: ${worded(message)}\n`);
      return statusOf(error);
    }
  });
}

/** `stint tool test`: returns the exit status. */
export async function testTools(names: string[], flags: ToolCallFlags): Promise<number> {
  const isJson = readFormat(flags) === 'json';
  return withTools(flags, async (registry, options, worded) => {
    const wanted = names.length > 0 ? names : (await registry.list(filterOf(flags))).map(({ name }) => name);
    if (wanted.length === 0) process.stderr.write('stint: there is no tool of that category and tag\n');
    const tests: ToolTest[] = [];
    for (const name of wanted) {
      const test = await registry.test(name, options);
      tests.push(test);
      if (!isJson) process.stdout.write(worded(testText(test)));
      if (options.signal?.aborted === true) break;
    }
    if (isJson) process.stdout.write(`${JSON.stringify(tests)}\n`);
    return tests.length > 0 && tests.every(({ passed }) => passed) ? EXIT.completed : EXIT.failed;
  });
}

/** Prints what a question about tools is answered with. */
async function show<T>(
  flags: ToolFlags,
  ask: (tools: ToolRegistry | ToolsClient) => T | Promise<T>,
  toText: (answer: T) => string,
): Promise<number> {
  const isJson = readFormat(flags) === 'json';
  endOnBrokenOutput();
  try {
    await using daemon = await useDaemon(flags);
    const answer = await ask(daemon?.tools ?? (await makeRegistry(flags)));
    process.stdout.write(isJson ? `${JSON.stringify(answer)}\n` : toText(answer));
    return EXIT.completed;
  } catch (error) {
    if (!isStintError(error)) throw error;
    process.stderr.write(`stint: ${messageOf(error)}\n`);
    return statusOf(error);
  }
}

/**
 * Makes calls: by the daemon under its policy, or here under that of the flags. Whoever types the name of a tool permits it: what is left
 * are its doors.
 *
 * @param work gets, beside the tools, how messages about the policy are worded: no flag is a part of the daemon's
 */
async function withTools(
  flags: ToolCallFlags,
  work: (
    tools: ToolRegistry | ToolsClient,
    options: CallOptions,
    worded: (message: string) => string,
  ) => Promise<number>,
): Promise<number> {
  const policy = readPolicyFlags(flags, { security: 'privileged' });
  const timeout = flags.timeout === undefined ? undefined : readDuration(flags.timeout, '--timeout');
  endOnBrokenOutput();
  await using daemon = await useDaemon(flags);
  const interrupted = new AbortController();
  using signals = watchSignals(() => interrupted.abort('interrupted'));
  try {
    const { signal } = interrupted;
    const limits = timeout === undefined ? { signal } : { signal, timeout };
    const status =
      daemon === undefined
        ? await work(await makeRegistry(flags), { ...limits, policy, caller: 'command line' }, inFlags)
        : await work(daemon.tools, limits, (message) => message);
    return signals.status ?? status;
  } finally {
    await closeSharedRuntime();
  }
}

async function readInput(input: string | undefined): Promise<unknown> {
  if (input === undefined) return {};
  try {
    return JSON.parse(input === '-' ? await text(process.stdin) : input);
  } catch (error) {
    throw new StintError('TOOL_INPUT', `the input is no JSON: ${messageOf(error)}`);
  }
}

function filterOf({ category, tag }: ToolFlags): { category?: string; tag?: string } {
  return { ...(category === undefined ? {} : { category }), ...(tag === undefined ? {} : { tag }) };
}

function readFormat({ format }: ToolFlags): 'text' | 'json' {
  if (format === 'text' || format === 'json') return format;
  throw new StintError('INVALID_ARGUMENT', `--format is '${format}'; it must be text or json`);
}

function statusOf({ code }: StintError): number {
  switch (code) {
    case 'TOOL_INPUT':
    case 'TOOL_NOT_FOUND':
    case 'INVALID_ARGUMENT':
      return EXIT.usage;
    case 'TIMEOUT':
      return EXIT.timedOut;
    case 'CANCELLED':
      return EXIT.interrupted;
    case 'OUT_OF_MEMORY':
      return EXIT.outOfMemory;
    case 'DEPENDENCY_MISSING':
      return EXIT.runtime;
    default:
      return EXIT.failed;
  }
}
