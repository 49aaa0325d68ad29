import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.cjs', import.meta.url));

export interface StintOptions {
  /** What it reads, and then its end. */
  readonly input?: string;
  /** Beside those that every run has. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts the command line in a folder, which is its home too. */
export function spawnStint(
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
  stdio: StdioOptions = 'pipe',
): ChildProcess {
  const own = { PATH: process.env['PATH'], NO_COLOR: '1', HOME: cwd, XDG_STATE_HOME: join(cwd, 'state') };
  return spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...own, ...env }, stdio });
}

/** Starts it with all of its input. */
export function startStint(args: string[], cwd: string, { input = '', env }: StintOptions = {}): ChildProcess {
  const child = spawnStint(args, cwd, env);
  child.stdin?.end(input);
  return child;
}

/** Runs it to its end. */
export async function runStint(args: string[], cwd: string, options?: StintOptions) {
  const child = startStint(args, cwd, options);
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout as never),
    text(child.stderr as never),
    once(child, 'close'),
  ]);
  return { stdout, stderr, status: status as number };
}
