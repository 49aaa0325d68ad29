import type { Command } from 'commander';
import { StintError } from '../errors/stint-error.js';
import type { ToolPort } from '../runtime/tool-port.js';

/** Where tools come from, beside those that stint has. */
export interface ToolSourceFlags {
  readonly tools?: string[];
  readonly plugin?: string[];
}

/** What tools may do. */
export interface PolicyFlags extends ToolSourceFlags {
  readonly security?: string;
  readonly read?: string[];
  readonly write?: string[];
  readonly net?: string[];
  readonly command?: string[];
  readonly env?: string[];
}

/** What scripts may do with tools. */
export interface ScriptToolFlags extends PolicyFlags {
  readonly tool?: string[];
}

export function addToolSourceOptions(command: Command): Command {
  return command
    .option('--tools <directory>', 'load the tools of a directory too; may be repeated', gather)
    .option('--plugin <package>', 'load the tools of an npm package too; may be repeated', gather);
}

/** The options of a policy but `--net`, which commands that run scripts have already. */
export function addPolicyOptions(command: Command): Command {
  return addToolSourceOptions(command)
    .option('--security <level>', 'the most that tools may be: safe, restricted or privileged')
    .option('--read <path>', 'a file or directory that tools may read; may be repeated', gather)
    .option('--write <path>', 'a file or directory that tools may read and write; may be repeated', gather)
    .option('--command <name>', "a program that tools may run, 'name *' with any arguments; may be repeated", gather)
    .option('--env <name>', 'an environment variable that tools may see; may be repeated', gather);
}

export function addScriptToolOptions(command: Command): Command {
  return addPolicyOptions(
    command.option('--tool <name>', "a tool that scripts may call, such as 'json.*'; may be repeated", gather),
  );
}

/** The flags that mean nothing unless scripts may call tools. */
const ABOUT_TOOLS = ['tools', 'plugin', 'security', 'read', 'write', 'command', 'env'] as const;

/**
 * The tools that scripts may call; none if no flag names one.
 *
 * @throws StintError `INVALID_ARGUMENT` that names the flag
 */
export async function readScriptTools(flags: ScriptToolFlags): Promise<ToolPort | undefined> {
  if (flags.tool !== undefined) return (await import('./tool-setup.js')).scriptTools(flags, flags.tool);
  const idle = ABOUT_TOOLS.find((flag) => flags[flag] !== undefined);
  if (idle === undefined) return undefined;
  throw new StintError(
    'INVALID_ARGUMENT',
    `--${idle} is about tools, and no script may call one; name those that scripts may call too: --tool NAME`,
  );
}

/** Takes an option that may be repeated. */
export function gather(value: string, before: string[] = []): string[] {
  return [...before, value];
}
