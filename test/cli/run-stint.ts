import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Starts the command line in a folder. */
export function startStint(args: string[], cwd: string) {
  const env = { PATH: process.env['PATH'], NO_COLOR: '1', HOME: cwd };
  return spawn(process.execPath, [MAIN, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs it to its end. */
export async function runStint(args: string[], cwd: string) {
  const child = startStint(args, cwd);
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, status: status as number };
}
