import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { describe } from '../errors/describe.js';
import { StintError } from '../errors/stint-error.js';

/**
 * The runtime directory of this user, if the environment names one that is there. What is no absolute path counts for nothing, says the XDG Base
 * Directory Specification, and it is to be one's own: who becomes another user may have the first one's named still.
 */
export function runtimeHome({ XDG_RUNTIME_DIR: named }: NodeJS.ProcessEnv): string | undefined {
  return named !== undefined && isAbsolute(named) && isOwnDirectory(named) ? named : undefined;
}

/** @param what is to be there, for the error. @throws StintError `INVALID_ARGUMENT` if neither the environment nor the system says where it is */
export function stateHome({ XDG_STATE_HOME: named }: NodeJS.ProcessEnv, what: string): string {
  return named !== undefined && isAbsolute(named) ? named : join(home(what, 'XDG_STATE_HOME'), '.local', 'state');
}

/** The same for configurations. */
export function configHome({ XDG_CONFIG_HOME: named }: NodeJS.ProcessEnv, what: string): string {
  return named !== undefined && isAbsolute(named) ? named : join(home(what, 'XDG_CONFIG_HOME'), '.config');
}

function isOwnDirectory(path: string): boolean {
  try {
    const about = statSync(path);
    return about.isDirectory() && about.uid === process.geteuid?.();
  } catch {
    return false;
  }
}

function home(what: string, variable: string): string {
  let said: string | undefined;
  try {
    said = homedir();
  } catch {
    // Neither does the environment say it, nor is this user one that the system knows.
  }
  if (said !== undefined && isAbsolute(said)) return said;
  throw new StintError(
    'INVALID_ARGUMENT',
    `nothing says where ${what} is to be: HOME is ${describe(said)}; set it, or ${variable}, to an absolute path, or name one`,
  );
}
