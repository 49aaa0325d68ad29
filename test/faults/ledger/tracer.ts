import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./program.mjs', import.meta.url));

/** How long the program may take to exit when it has told how it fared, in ms. */
const EXIT_PATIENCE_MS = 5000;

/** Whether system calls can be made to fail here. */
export const HAS_STRACE = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** The system calls of an operation that matter, by the names that they have on some processor. */
export const SYSTEM_CALLS = {
  open: 'openat',
  write: 'write|pwrite64',
  fsync: 'fsync',
  rename: 'rename|renameat|renameat2',
  unlink: 'unlink|unlinkat',
  mkdir: 'mkdir|mkdirat',
  rmdir: 'rmdir',
  link: 'link|linkat',
  allocate: 'fallocate|ftruncate',
  mmap: 'mmap',
  listen: 'bind|listen',
} as const;

export type SystemCall = keyof typeof SYSTEM_CALLS;
export type Scenario = 'life' | 'child' | 'sweep';

/** What each scenario calls, and how often at least it meets a fault there. */
export const PLACES: readonly [Scenario, SystemCall, number][] = [
  ['life', 'open', 2],
  ['life', 'write', 1],
  ['life', 'fsync', 2],
  ['life', 'rename', 2],
  ['life', 'unlink', 2],
  ['life', 'mkdir', 2],
  ['life', 'rmdir', 1],
  ['life', 'link', 1],
  ['life', 'allocate', 1],
  ['life', 'mmap', 1],
  ['life', 'listen', 1],
  ['child', 'fsync', 1],
  ['child', 'rename', 1],
  ['child', 'unlink', 1],
  ['sweep', 'open', 1],
  ['sweep', 'unlink', 1],
  ['sweep', 'rmdir', 1],
];

export interface Fault {
  readonly call: SystemCall;
  /** Which one of them, from 1. Each thread of the program counts its own. */
  readonly when: number;
  /** What becomes of it: it fails like this, or the process is killed there. */
  readonly how: 'SIGKILL' | 'EIO' | 'ENOSPC' | 'EMFILE';
}

export interface Traced {
  /** Of the ledger that the program had open. */
  readonly id: string | undefined;
  /** Whether there were so many of these calls. */
  readonly hit: boolean;
  /** What the program was told; undefined if it was killed. */
  readonly failures: readonly { name: string; code: string; message: string }[] | undefined;
}

/** Runs the program with a fault; `dying` is called when it has ended. */
export async function runWith(
  { call, when, how }: Fault,
  scenario: Scenario,
  directory: string,
  place: string,
): Promise<Traced> {
  const child = spawn(process.execPath, [PROGRAM, scenario, directory, place], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // One thread does all the work with files: its calls come in the same order each time.
    env: { PATH: process.env['PATH'], UV_THREADPOOL_SIZE: '1' },
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { id, threads } = JSON.parse((await lines.next()).value ?? '{}') as { id?: string; threads: number[] };

  const trace = join(place, '..', 'trace');
  const calls = `/^(${SYSTEM_CALLS[call]})$`;
  const fault = how === 'SIGKILL' ? `signal=${how}` : `error=${how}`;
  // Without -f: the guardian, and children, are not traced.
  const args = ['-o', trace, '-e', `trace=${calls}`, '-e', `inject=${calls}:${fault}:when=${when}`];
  const tracer = spawn('strace', [...args, ...threads.flatMap((thread) => ['-p', String(thread)])], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const traced = once(tracer, 'exit');
  await attached(tracer.stderr, threads.length);
  child.stdin.end('go\n');
  const last = (await lines.next()).value as string | undefined;
  // Traced, Node may hang in its own exit, when all that is to be seen has been done.
  const impatience = last === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), EXIT_PATIENCE_MS);
  const [, signal] = await exited;
  clearTimeout(impatience);
  await traced;
  const wasKilled = signal === 'SIGKILL' && last === undefined;
  const hit = how === 'SIGKILL' ? wasKilled : readFileSync(trace, 'utf8').includes('(INJECTED)');
  return { id, hit, failures: last === undefined ? undefined : JSON.parse(last) };
}

/** Waits until the tracer has said of so many threads that it has them. */
async function attached(output: NodeJS.ReadableStream, threads: number): Promise<void> {
  let seen = 0;
  const said: string[] = [];
  for await (const line of createInterface({ input: output })) {
    said.push(line);
    // A thread may have ended since it was listed.
    if (line.includes(' attached') || line.includes('attach: ')) seen += 1;
    if (seen === threads) {
      output.resume();
      return;
    }
  }
  throw new Error(`strace: ${said.join('; ')}`);
}
