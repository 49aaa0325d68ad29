import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { systemCode } from '../../errors/system-code.js';
import { type Here, here, processInfo } from '../identity.js';
import type { Context, Kind, Reclaimed } from './kind.js';

/** The variable in a child's environment by which it, and what it starts, is known as the one of a record. */
export const MARK = 'STINT_CHILD';

/** A child process, and what it started. */
export interface Process {
  readonly kind: 'process';
  readonly command: string;
  /** Unknown until it has been started. */
  readonly pid?: number;
  readonly startedAt?: string;
}

/** How long a process may take to end once it was killed, and how often that is looked at: nobody else tells. */
const MOST_MS = 2000;
const INTERVAL_MS = 2;
/** A process may start others until it is killed: how often they are looked for. */
const MOST_ROUNDS = 10;
/** How many processes are looked at before others have a turn. */
const AT_A_TIME = 64;

export const childProcess: Kind<Process> = {
  fault({ command, pid, startedAt }) {
    if (typeof command !== 'string' || command.length > 200) return 'it does not say what it runs';
    if (pid === undefined && startedAt === undefined) return undefined;
    if (!Number.isSafeInteger(pid) || (pid as number) < 2) return 'its pid is no process to be killed';
    return typeof startedAt === 'string' && /^[0-9]{1,20}$/.test(startedAt)
      ? undefined
      : 'it does not say when it started';
  },
  async reclaim(resource, context) {
    const now = await here();
    // No Linux: nothing tells whose a process is, and we kill none.
    if (now.pidSpace === '') return 'gone';
    const foreign = whyForeign(context, now);
    if (foreign !== undefined) return { kept: foreign };
    let reclaimed: Reclaimed = 'gone';
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const found = await carriers(context.token);
      if (found.length === 0) return (await whyUnmarked(resource)) ?? reclaimed;
      reclaimed = 'reclaimed';
      for (const each of found) await kill(each);
      for (const each of found) {
        if (!(await ends(each))) return { kept: `process ${each.pid} has been killed and does not end` };
      }
    }
    return { kept: 'it starts processes faster than they can be killed' };
  },
  describe: ({ command, pid }) => (pid === undefined ? command : `${command} (pid ${pid})`),
};

interface Found {
  readonly pid: number;
  readonly startedAt: string;
}

/** Why the pids of a record mean nothing here. */
function whyForeign({ owner }: Context, now: Here): string | undefined {
  if (owner === undefined) return 'nothing says in which boot and namespace it ran';
  // After a boot no process is left, and no environment is its: the search finds that out.
  if (owner.boot === now.boot && owner.pidSpace !== now.pidSpace) return 'it ran in another namespace of pids';
  return undefined;
}

/** The process is still the recorded one, but does not carry its mark: we do not kill it. */
async function whyUnmarked({ pid, startedAt }: Process): Promise<Reclaimed | undefined> {
  if (pid === undefined) return undefined;
  const info = await processInfo(pid);
  if (info === undefined || info.ended || info.startedAt !== startedAt) return undefined;
  return { kept: `process ${pid} does not carry its mark ${MARK}` };
}

/** The processes of this user that carry a mark, except this one. */
async function carriers(token: string): Promise<Found[]> {
  const found: Found[] = [];
  const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isSafeInteger(pid) && pid > 1);
  for (const [index, pid] of pids.entries()) {
    // The system answers from memory: reading in turns is much faster than by promises, and holds nobody up for long.
    if (index % AT_A_TIME === AT_A_TIME - 1) await setImmediate();
    if (pid === process.pid || !carries(pid, token)) continue;
    const info = await processInfo(pid);
    // Once more: the pid was not given to another process while we looked.
    if (info === undefined || info.ended || !carries(pid, token)) continue;
    found.push({ pid, startedAt: info.startedAt });
  }
  return found;
}

function carries(pid: number, token: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
    if (!environment.split('\0').includes(`${MARK}=${token}`)) return false;
    return statSync(`/proc/${pid}`).uid === process.geteuid?.();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}

async function kill({ pid, startedAt }: Found): Promise<void> {
  if ((await processInfo(pid))?.startedAt !== startedAt) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}

async function ends({ pid, startedAt }: Found): Promise<boolean> {
  const last = performance.now() + MOST_MS;
  for (;;) {
    const info = await processInfo(pid);
    if (info === undefined || info.ended || info.startedAt !== startedAt) return true;
    if (performance.now() > last) return false;
    await delay(INTERVAL_MS);
  }
}
