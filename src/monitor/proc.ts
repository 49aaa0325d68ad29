/**
 * What Linux tells of processes in /proc. Nothing here throws for a process that has ended meanwhile or is not ours to look into: it is undefined.
 */

import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { systemCode } from '../errors/system-code.js';

/** Whether there is a /proc to read. */
export const hasProc = process.platform === 'linux';

const NOT_TO_BE_READ = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EINVAL']);

/** What a process is doing, from `/proc/PID/status`. */
export interface ProcessStatus {
  readonly pid: number;
  readonly parent: number;
  /** The name of its program, as the system keeps it (15 characters). */
  readonly name: string;
  /** It has ended, and nobody has asked for its exit status. */
  readonly zombie: boolean;
  /** Bytes. */
  readonly rss: number;
  readonly threads: number;
}

/** What a descriptor stands for. `segment`: a file in shared memory. `other`: epoll, eventfd, and what else has no path. */
export type DescriptorKind = 'file' | 'socket' | 'pipe' | 'device' | 'segment' | 'other';

/** A piece of shared memory that a process has mapped. */
export interface Mapping {
  /** Its name in shared memory, also if it has been unlinked. */
  readonly name: string;
  /** Tells it from another one that had the same name. */
  readonly inode: string;
}

/** Where POSIX shared memory is to be found on Linux. */
export const SHARED_MEMORY = '/dev/shm';

export function readStatus(pid: number | 'self'): ProcessStatus | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/status`, 'latin1'));
  if (text === undefined) return undefined;
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '';
  return {
    pid: Number(field('Pid')),
    parent: Number(field('PPid')),
    name: field('Name'),
    zombie: field('State').startsWith('Z'),
    rss: Number.parseInt(field('VmRSS') || '0', 10) * 1024,
    threads: Number(field('Threads')),
  };
}

/** All processes below this one, however deep. */
export function readDescendants(root: number): ProcessStatus[] {
  const children = new Map<number, ProcessStatus[]>();
  for (const entry of attempt(() => readdirSync('/proc')) ?? []) {
    const status = /^\d+$/.test(entry) ? readStatus(Number(entry)) : undefined;
    if (status === undefined) continue;
    const siblings = children.get(status.parent);
    if (siblings === undefined) children.set(status.parent, [status]);
    else siblings.push(status);
  }
  const found = [...(children.get(root) ?? [])];
  for (const { pid } of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** How many descriptors a process has open, by kind. */
export function countDescriptors(pid: number | 'self'): Record<DescriptorKind, number> | undefined {
  const directory = `/proc/${pid}/fd`;
  const numbers = attempt(() => readdirSync(directory));
  if (numbers === undefined) return undefined;
  const counts: Record<DescriptorKind, number> = { file: 0, socket: 0, pipe: 0, device: 0, segment: 0, other: 0 };
  for (const number of numbers) {
    // The one that the listing itself needed is gone by now.
    const target = attempt(() => readlinkSync(`${directory}/${number}`));
    if (target !== undefined) counts[kindOf(target)] += 1;
  }
  return counts;
}

/** The shared memory that a process has mapped, each piece once. */
export function readMappings(pid: number | 'self'): Mapping[] | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/maps`, 'utf8'));
  if (text === undefined) return undefined;
  const found = new Map<string, Mapping>();
  for (const [, inode, name] of text.matchAll(/ (\d+) +\/dev\/shm\/(.*?)(?: \(deleted\))?$/gm)) {
    found.set(`${inode} ${name}`, { name: name as string, inode: inode as string });
  }
  return [...found.values()];
}

/** The pieces of shared memory that have a name with this beginning and belong to the user of this process. */
export function listSegments(prefix: string): Mapping[] | undefined {
  const names = attempt(() => readdirSync(SHARED_MEMORY));
  const uid = process.getuid?.();
  return names
    ?.filter((name) => name.startsWith(prefix))
    .flatMap((name) => {
      const stats = attempt(() => statSync(`${SHARED_MEMORY}/${name}`, { bigint: true }));
      return stats === undefined || stats.uid !== BigInt(uid ?? -1) ? [] : [{ name, inode: String(stats.ino) }];
    });
}

function kindOf(target: string): DescriptorKind {
  if (target.startsWith('socket:')) return 'socket';
  if (target.startsWith('pipe:')) return 'pipe';
  if (target.startsWith(`${SHARED_MEMORY}/`)) return 'segment';
  if (target.startsWith('/dev/')) return 'device';
  return target.startsWith('/') ? 'file' : 'other';
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (NOT_TO_BE_READ.has(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}
