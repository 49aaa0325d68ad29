import type { Reading } from './envelope.js';
import type { Kind } from './kinds/kind.js';
import { type Pidfile, pidfile } from './kinds/pidfile.js';
import { childProcess, type Process } from './kinds/process.js';
import { type Scratch, scratch } from './kinds/scratch.js';
import { type Segment, segment } from './kinds/segment.js';
import { type Socket, socket } from './kinds/socket.js';

/** What can outlive a process. */
export type Resource = Segment | Process | Socket | Pidfile | Scratch;
export type ResourceKind = Resource['kind'];

const KINDS: { readonly [K in ResourceKind]: Kind<Extract<Resource, { kind: K }>> } = {
  segment,
  process: childProcess,
  socket,
  pidfile,
  scratch,
};

/** What the ledger knows about the kind of a resource. */
export function kindOf<R extends Resource>({ kind }: R): Kind<R> {
  return KINDS[kind] as unknown as Kind<R>;
}

/** What the file of a record is called: `17.segment`. */
export function recordName(sequence: number, kind: ResourceKind): string {
  return `${sequence}.${kind}`;
}

/** Reads the name of a file; undefined if no record is called that. */
export function parseRecordName(name: string): { sequence: number; kind: string } | undefined {
  const match = /^([1-9][0-9]{0,8})\.([a-z]{1,20})$/.exec(name);
  return match === null ? undefined : { sequence: Number(match[1]), kind: match[2] as string };
}

/**
 * Looks whether what a file says can be believed: it is the record of that name, of a kind that this version knows, and
 * names a thing that nobody but this owner can have made.
 */
export function readRecord(
  content: Reading<Record<string, unknown>>,
  { kind }: { kind: string },
  token: string,
): Reading<Resource> {
  if ('fault' in content) return content;
  const { value } = content;
  if (!Object.hasOwn(KINDS, kind))
    return { fault: `it is of the kind ${kind}, which this version of stint does not know` };
  if (value['kind'] !== kind) return { fault: 'it is not of the kind that its name says' };
  if (value['token'] !== token) return { fault: 'it is not of this owner, or not the record of this name' };
  const resource = value as unknown as Resource;
  const fault = kindOf(resource).fault(value, token);
  return fault === undefined ? { value: resource } : { fault };
}
