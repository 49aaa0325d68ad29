import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors/describe.js';
import { directoryOf, findDirectory, QUARANTINE } from './directory.js';
import { type Finding, findingAt, findingOf } from './finding.js';
import { refused, unless } from './ledger-error.js';
import { findFiles, findOwners, lookAtOwner, type Owned, readEntry } from './survey.js';

/**
 * What is the matter with something that a ledger has: it belongs to an owner that lives, to a dead one, to one of which
 * nothing proves that it is dead; its record cannot be believed; or that is in quarantine already.
 */
export type State = 'living' | 'orphaned' | 'unknown' | 'doubtful' | 'quarantined';

export interface Inspected extends Finding {
  readonly state: State;
}

export interface InspectOptions {
  /** The ledger's; see {@link LedgerOptions}. */
  readonly directory?: string;
}

/**
 * Lists what a ledger has, and whose it is. Changes nothing.
 *
 * @throws StintError `PERMISSION_DENIED` if the directory is not this user's own or others may write there
 */
export async function inspect(options: InspectOptions = {}): Promise<Inspected[]> {
  const ledger = await findDirectory(directoryOf(options));
  if (ledger === undefined) return [];
  return inspectFolder(ledger).catch((error: unknown) => {
    throw refused(`inspect the ledger in ${ledger}`, error);
  });
}

async function inspectFolder(ledger: string): Promise<Inspected[]> {
  const found: Inspected[] = [];
  const { ids, strangers } = await findOwners(ledger);
  for (const id of ids) found.push(...(await inspectOwner(ledger, id)));
  for (const name of strangers) found.push(strange(join(ledger, name), 'it is nothing of the ledger', 'doubtful'));
  for (const name of await unless(['ENOENT'], readdir(join(ledger, QUARANTINE)), [])) {
    found.push(strange(join(ledger, QUARANTINE, name), 'look at it, then remove it', 'quarantined'));
  }
  return found;
}

async function inspectOwner(ledger: string, id: string): Promise<Inspected[]> {
  try {
    const owned = await lookAtOwner(ledger, id);
    const found: Inspected[] = [];
    for (const file of await findFiles(owned)) {
      const inspected = await inspectFile(owned, file);
      if (inspected !== undefined) found.push(inspected);
    }
    return found;
  } catch (error) {
    return [{ ...strange(join(ledger, id), messageOf(error), 'unknown'), owner: id }];
  }
}

async function inspectFile(owned: Owned, file: string): Promise<Inspected | undefined> {
  const entry = await readEntry(owned, file);
  if (entry === undefined) return undefined;
  const { content } = entry;
  if ('fault' in content) {
    return { ...findingAt(owned, 'record', join(owned.folder, file), content.fault), state: 'doubtful' };
  }
  switch (owned.liveness) {
    case 'alive':
      return { ...findingOf(owned, content.value), state: 'living' };
    case 'dead':
      return { ...findingOf(owned, content.value), state: 'orphaned' };
    case 'unknown':
      return { ...findingOf(owned, content.value, 'nothing proves that its owner is dead'), state: 'unknown' };
  }
}

function strange(what: string, reason: string, state: State): Inspected {
  return { kind: 'record', what, owner: '', reason, state };
}
