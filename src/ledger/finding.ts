import { kindOf, type Resource } from './record.js';
import type { Owned } from './survey.js';

/** Something that a look at a ledger found. */
export interface Finding {
  /** `segment`, `process`, `socket`, `pidfile`, `scratch`; `record` or `owner` where a file says nothing that can be believed. */
  readonly kind: Resource['kind'] | 'record' | 'owner';
  /** What it is, for people: a name, a path, a command. */
  readonly what: string;
  /** The id of its owner; empty if it has none. */
  readonly owner: string;
  /** The pid that its owner has or had, if that is known. */
  readonly pid?: number;
  /** What its owner ran. */
  readonly program?: string;
  /** When its owner opened the ledger. */
  readonly since?: string;
  /** Why it stays, or is not believed. */
  readonly reason?: string;
}

export function findingOf(owned: Owned, resource: Resource, reason?: string): Finding {
  return { kind: resource.kind, what: kindOf(resource).describe(resource), ...ownerOf(owned), ...because(reason) };
}

/** Of a file that is no record, or of a whole folder. */
export function findingAt(owned: Owned, kind: 'record' | 'owner', what: string, reason: string): Finding {
  return { kind, what, ...ownerOf(owned), reason };
}

function ownerOf({ id, identity }: Owned): Pick<Finding, 'owner' | 'pid' | 'program' | 'since'> {
  if (identity === undefined) return { owner: id };
  const { pid, program, since } = identity;
  return { owner: id, pid, program, since };
}

function because(reason: string | undefined): { reason?: string } {
  return reason === undefined ? {} : { reason };
}
