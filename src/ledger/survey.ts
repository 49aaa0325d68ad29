import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { QUARANTINE } from './directory.js';
import type { Reading } from './envelope.js';
import { read, UNFINISHED } from './files.js';
import { type Identity, readIdentity } from './identity.js';
import { unless } from './ledger-error.js';
import { ALIVE, type Liveness, livenessOf } from './liveness.js';
import { isOwnerId, tokenOf } from './names.js';
import { OWNER } from './owner.js';
import { parseRecordName, type Resource, readRecord } from './record.js';

/** One owner's folder. */
export interface Owned {
  readonly id: string;
  readonly folder: string;
  readonly liveness: Liveness;
  /** Who it is or was; undefined if that cannot be read. */
  readonly identity: Identity | undefined;
}

/** A record, or a file in its place. */
export interface Entry {
  /** The name that the thing has, if it is a record. */
  readonly token: string;
  readonly content: Reading<Resource>;
}

/** What lies in the folder of a ledger: folders of owners by their ids, and what has no business there. */
export async function findOwners(ledger: string): Promise<{ ids: string[]; strangers: string[] }> {
  const ids: string[] = [];
  const strangers: string[] = [];
  for (const name of await readdir(ledger)) {
    if (name.startsWith('.') || name === QUARANTINE) continue;
    const about = await unless(['ENOENT'], lstat(join(ledger, name)), undefined);
    if (about === undefined) continue;
    const isOwner = isOwnerId(name) && about.isDirectory() && about.uid === process.geteuid?.();
    (isOwner ? ids : strangers).push(name);
  }
  return { ids, strangers };
}

export async function lookAtOwner(ledger: string, id: string): Promise<Owned> {
  const folder = join(ledger, id);
  const content = await read(join(folder, OWNER));
  const said = content !== undefined && 'value' in content && content.value['id'] === id ? content.value : undefined;
  const identity = said === undefined ? undefined : readIdentity(said);
  return { id, folder, identity, liveness: await livenessOf(folder, identity) };
}

/** The files in an owner's folder that have to be records. Unfinished ones are none: what they tell of never was. */
export async function findFiles({ folder }: Owned): Promise<string[]> {
  const files = await unless(['ENOENT'], readdir(folder), []);
  return files.filter((file) => file !== OWNER && file !== ALIVE && !file.endsWith(UNFINISHED));
}

/** Reads a file that has to be a record; undefined if it is gone. */
export async function readEntry({ id, folder }: Owned, file: string): Promise<Entry | undefined> {
  const name = parseRecordName(file);
  if (name === undefined) return { token: '', content: { fault: 'no record is called that' } };
  const content = await read(join(folder, file));
  if (content === undefined) return undefined;
  const token = tokenOf(id, name.sequence);
  return { token, content: readRecord(content, name, token) };
}
