import {
  countDescriptors,
  type DescriptorKind,
  hasProc,
  listSegments,
  type Mapping,
  type ProcessStatus,
  readDescendants,
  readMappings,
  readStatus,
} from './proc.js';

/** The descriptors of a process. */
export interface Descriptors {
  readonly total: number;
  readonly byKind: Readonly<Record<DescriptorKind, number>>;
}

/** One process below this one. */
export interface ChildSample extends ProcessStatus {
  /** Undefined if the process is not ours to look into. */
  readonly descriptors: Descriptors | undefined;
}

/**
 * What this process and the processes below it hold at one moment. What only Linux tells is undefined elsewhere, not 0.
 */
export interface Sample {
  /** Unix time in ms. */
  readonly at: number;
  /** Resident memory of this process, in bytes. */
  readonly rss: number;
  /** The V8 heap of the thread that asks: what is used of it, in bytes. */
  readonly heap: number;
  /** Buffers and other memory outside of that heap that belongs to its objects, in bytes. */
  readonly external: number;
  readonly descriptors: Descriptors | undefined;
  /** Threads of this process, V8's and libuv's own included. */
  readonly threads: number | undefined;
  /** Names of shared memory that this process or one below it has mapped, and of what `segmentPrefix` asks for. */
  readonly segments: readonly string[] | undefined;
  readonly children: readonly ChildSample[] | undefined;
  readonly zombies: number | undefined;
  /** What keeps the event loop of the thread that asks alive, by kind: `Timeout`, `TCPSocketWrap` and so on. */
  readonly resources: Readonly<Record<string, number>>;
}

/** What a sample takes in beside what belongs to these processes. */
export interface SampleOptions {
  /**
   * How the names of segments of this user begin that count although nobody below this process has them mapped: nobody can tell whose
   * they are. `''` for all. Default: only what is mapped.
   */
  segmentPrefix?: string | undefined;
}

/**
 * Looks at this process and its children, now. Takes about a millisecond: it reads /proc.
 *
 * @example
 * ```ts
 * const { rss, descriptors, threads, zombies } = sample();
 * ```
 */
export function sample({ segmentPrefix }: SampleOptions = {}): Sample {
  const { rss, heapUsed, external } = process.memoryUsage();
  const children = hasProc ? readDescendants(process.pid) : undefined;
  return {
    at: Date.now(),
    rss,
    heap: heapUsed,
    external,
    descriptors: hasProc ? readDescriptors('self') : undefined,
    threads: hasProc ? readStatus('self')?.threads : undefined,
    segments: children === undefined ? undefined : segmentsOf(children, segmentPrefix),
    children: children?.map((status) => ({ ...status, descriptors: readDescriptors(status.pid) })),
    zombies: children?.filter(({ zombie }) => zombie).length,
    resources: countEach(process.getActiveResourcesInfo()),
  };
}

function readDescriptors(pid: number | 'self'): Descriptors | undefined {
  const byKind = countDescriptors(pid);
  return byKind && { total: Object.values(byKind).reduce((sum, count) => sum + count, 0), byKind };
}

function segmentsOf(children: ProcessStatus[], prefix: string | undefined): string[] {
  const all: (Mapping[] | undefined)[] = [
    prefix === undefined ? [] : listSegments(prefix),
    readMappings('self'),
    ...children.map(({ pid }) => readMappings(pid)),
  ];
  const found = new Map(
    all.flatMap((list) => list ?? []).map((segment) => [`${segment.inode} ${segment.name}`, segment.name]),
  );
  return [...found.values()].sort();
}

function countEach(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
