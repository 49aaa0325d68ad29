import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { systemCode } from '../errors/system-code.js';

/** Which process somebody is or was. Pids are used again: the time of the start and the boot tell apart who had the same. */
export interface Identity {
  readonly pid: number;
  /** When it started, in ticks since the boot; empty where the system does not say. */
  readonly startedAt: string;
  /** Which boot of the machine that was; empty where the system does not say. */
  readonly boot: string;
  /** Which machine, as a digest. */
  readonly machine: string;
  /** Which namespace the pid is from; empty where there are none. */
  readonly pidSpace: string;
  /** What it ran, for people. */
  readonly program: string;
  /** When it opened the ledger, for people. */
  readonly since: string;
}

const TEXTS = ['startedAt', 'boot', 'machine', 'pidSpace', 'program', 'since'] as const;
const MOST_TEXT = 200;

/** This process. */
export async function ownIdentity(): Promise<Identity> {
  return {
    pid: process.pid,
    startedAt: (await processInfo(process.pid))?.startedAt ?? '',
    ...(await here()),
    program: (process.argv[1] === undefined ? 'node' : basename(process.argv[1])).slice(0, MOST_TEXT),
    since: new Date().toISOString(),
  };
}

/** What pids mean here and now: they can be compared if all three are the same. */
export type Here = Pick<Identity, 'boot' | 'machine' | 'pidSpace'>;

export async function here(): Promise<Here> {
  const [boot, machine, pidSpace] = await Promise.all([
    textOf(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    textOf(readFile('/etc/machine-id', 'utf8')),
    textOf(readlink('/proc/self/ns/pid')),
  ]);
  const name = createHash('sha256').update(`stint ${machine === '' ? hostname() : machine}`);
  return { boot, machine: name.digest('hex').slice(0, 16), pidSpace };
}

/** Reads what a record says of its owner; undefined if that is none. */
export function readIdentity(value: Record<string, unknown>): Identity | undefined {
  const { pid } = value;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return undefined;
  if (!TEXTS.every((key) => typeof value[key] === 'string' && value[key].length <= MOST_TEXT)) return undefined;
  const texts = Object.fromEntries(TEXTS.map((key) => [key, value[key]])) as Record<(typeof TEXTS)[number], string>;
  return { pid, ...texts };
}

export interface ProcessInfo {
  readonly startedAt: string;
  /** Whether it has ended and waits for its parent to take notice. */
  readonly ended: boolean;
}

/** What the system says of a process; undefined if there is none, or where it says nothing. */
export async function processInfo(pid: number): Promise<ProcessInfo | undefined> {
  const stat = await textOf(readFile(`/proc/${pid}/stat`, 'latin1'));
  // The second field is the program's name in parentheses, and may contain any character: proc_pid_stat(5).
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startedAt = fields[18];
  return startedAt === undefined ? undefined : { startedAt, ended: state === 'Z' || state === 'X' };
}

/** Texts that may not be there: no such process, no such file, or not ours to see. */
async function textOf(text: Promise<string>): Promise<string> {
  try {
    return (await text).trim();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EINVAL', 'ENOTDIR'].includes(systemCode(error) ?? '')) return '';
    throw error;
  }
}
