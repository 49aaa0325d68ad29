import { messageOf } from '../errors/describe.js';
import type { ToolPort } from '../runtime/tool-port.js';
import { Policy } from '../tools/policy.js';
import type { CommandPermission, PolicyOptions } from '../tools/policy-options.js';
import type { ToolRegistry } from '../tools/registry.js';
import type { SecurityLevel } from '../tools/tool.js';
import { inFlags } from './in-flags.js';
import type { PolicyFlags, ToolSourceFlags } from './tool-options.js';

/** Reads the flags of a policy. @throws StintError `INVALID_ARGUMENT` that names the flag */
export function readPolicyFlags(flags: PolicyFlags, defaults: PolicyOptions): Policy {
  const options: PolicyOptions = {
    ...defaults,
    ...(flags.security === undefined ? {} : { security: flags.security as SecurityLevel }),
    files: { read: flags.read ?? [], write: flags.write ?? [] },
    net: flags.net ?? [],
    commands: (flags.command ?? []).map(readCommand),
    environment: flags.env ?? [],
  };
  try {
    return new Policy(options);
  } catch (error) {
    if (error instanceof Error) error.message = inFlags(error.message);
    throw error;
  }
}

/** All tools that a command has. What is wrong with one of them is told, and the others are there. */
export async function makeRegistry(flags: ToolSourceFlags): Promise<ToolRegistry> {
  const [{ ToolRegistry }, { builtinTools }] = await Promise.all([
    import('../tools/registry.js'),
    import('../tools/builtin/index.js'),
  ]);
  const registry = new ToolRegistry({ tools: builtinTools() });
  if (flags.tools === undefined && flags.plugin === undefined) return registry;
  const { loadDirectory, loadPackage } = await import('../tools/plugins/load-plugins.js');
  for (const directory of flags.tools ?? []) {
    const { tools, problems } = await loadDirectory(directory);
    for (const problem of problems) process.stderr.write(`stint: ${messageOf(problem)}\n`);
    for (const tool of tools) {
      try {
        registry.add(tool);
      } catch (error) {
        process.stderr.write(`stint: in ${directory}: ${messageOf(error)}\n`);
      }
    }
  }
  for (const name of flags.plugin ?? []) {
    for (const tool of await loadPackage(name)) registry.add(tool);
  }
  return registry;
}

/** The tools that scripts may call: those that are named. To name a tool is to permit it, whatever its level. */
export async function scriptTools(flags: PolicyFlags, allow: readonly string[]): Promise<ToolPort> {
  const security = allow.some((name) => name.includes('*')) ? 'safe' : 'privileged';
  const policy = readPolicyFlags(flags, { allow, security });
  const registry = await makeRegistry(flags);
  for (const name of allow) if (!name.includes('*')) registry.get(name);
  return registry.under(policy);
}

function readCommand(text: string): CommandPermission {
  return text.endsWith(' *') ? { command: text.slice(0, -2), anyArguments: true } : text;
}
