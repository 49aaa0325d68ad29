import type { Identity } from '../identity.js';

/** What is known of the owner of a thing when it is to be reclaimed. */
export interface Context {
  /** The name that the thing was given: of its owner and its record, and nobody else's. */
  readonly token: string;
  /** Who the owner was; undefined if that cannot be read any more. */
  readonly owner: Identity | undefined;
}

/** What became of a thing: it is taken away, was not there, or stays, for a reason. */
export type Reclaimed = 'reclaimed' | 'gone' | { readonly kept: string };

/**
 * One kind of thing that outlives a process.
 *
 * 1. `fault` believes nothing: what it lets through names a thing that only this record can mean.
 * 2. `reclaim` looks at the thing itself before it takes it away: its type, its user, and that it is the one.
 */
export interface Kind<Resource> {
  /** Why a record cannot be believed; undefined if it can. Touches nothing. */
  fault(resource: Record<string, unknown>, token: string): string | undefined;
  /** Takes the thing away. What it throws can be mended, and another try made. */
  reclaim(resource: Resource, context: Context): Promise<Reclaimed>;
  /** What the thing is, for people. */
  describe(resource: Resource): string;
}
