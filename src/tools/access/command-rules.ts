import { isAbsolute } from 'node:path';
import { invalid } from '../../errors/invalid.js';
import { readOptions, text } from '../../runtime/read-options.js';

/** A command that may be run. */
export interface CommandRule {
  /** As a tool has to name it: a name that is found on the path, or an absolute path. */
  readonly command: string;
  /** Whether arguments may have it run other programs. */
  readonly anyArguments: boolean;
}

/** Reads one entry of `policy.commands`. @throws StintError `INVALID_ARGUMENT` */
export function readCommands(value: unknown, name: string): CommandRule {
  if (typeof value === 'string') return { command: readName(value, name), anyArguments: false };
  const { command, anyArguments } = readOptions(value, name, {
    command: readName,
    anyArguments: (item, at): true => {
      if (item !== true) throw invalid(at, item, 'true, or left out with the command as a text');
      return item;
    },
  });
  if (command === undefined) throw invalid(`${name}.command`, command, "a command's name or absolute path");
  return { command, anyArguments: anyArguments ?? false };
}

function readName(value: unknown, name: string): string {
  const command = text(value, name);
  if (command.includes('\0') || (command.includes('/') && !isAbsolute(command)) || command.startsWith('-')) {
    throw invalid(name, value, "a command's name, such as 'git', or its absolute path");
  }
  return command;
}
