/**
 * Reclaims what dead owners left.
 *
 * 1. Nothing of an owner that lives, or may live, is touched.
 * 2. A thing goes before its record: whoever is interrupted leaves the rest to the next.
 * 3. What cannot be believed reclaims nothing. It goes into quarantine, and that is said.
 * 4. One trouble does not keep the rest from being reclaimed. Sweeps at the same time do each other no harm.
 */
import { lstat, readdir, rm, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors/describe.js';
import { systemCode } from '../errors/system-code.js';
import { directoryOf, openDirectory, QUARANTINE } from './directory.js';
import { type Finding, findingAt, findingOf } from './finding.js';
import { refused, unless } from './ledger-error.js';
import { ALIVE } from './liveness.js';
import { removeOwnerFolder, STAGED } from './owner.js';
import { quarantine } from './quarantine.js';
import { kindOf } from './record.js';
import { knock } from './socket-path.js';
import { findFiles, findOwners, lookAtOwner, type Owned, readEntry } from './survey.js';
import { warn } from './warn.js';

/** What a sweep did. */
export interface SweepReport {
  /** The ids of owners that live. Theirs was not touched. */
  readonly living: string[];
  /** What was taken away. */
  readonly reclaimed: Finding[];
  /** What stays for now, and why. */
  readonly kept: Finding[];
  /** Records that cannot be believed, and why. What they may mean has to be looked for by hand. */
  readonly quarantined: Finding[];
}

/** How many records are worked on at a time. */
const AT_A_TIME = 16;

/** An owner that made a folder has a socket in it after so long, or never. */
const MOST_STAGED_MS = 60_000;

/** How many findings a warning names. */
const MOST_NAMED = 3;

/**
 * Reclaims what dead owners left in a ledger, and warns of what cannot be believed (`process.on('warning')`).
 *
 * @param options.directory the ledger's. Default: `$XDG_RUNTIME_DIR/stint/ledger` if that is this user's own, or else `$XDG_STATE_HOME/stint/ledger`, or else
 * `~/.local/state/stint/ledger`
 * @throws StintError `PERMISSION_DENIED` if the directory is not this user's own or others may write there
 */
export async function sweep(options: { directory?: string } = {}): Promise<SweepReport> {
  return sweepAndTell(await openDirectory(directoryOf(options)));
}

/** @param ledger the folder of all owners */
export async function sweepAndTell(ledger: string): Promise<SweepReport> {
  const report = await sweepFolder(ledger).catch((error: unknown) => {
    throw refused(`sweep the ledger in ${ledger}`, error);
  });
  tell(report.quarantined, 'puts into quarantine');
  tell(report.kept, 'leaves');
  return report;
}

/** @param ledger the folder of all owners */
export async function sweepFolder(ledger: string): Promise<SweepReport> {
  const report: SweepReport = { living: [], reclaimed: [], kept: [], quarantined: [] };
  const { ids, strangers } = await findOwners(ledger);
  for (const name of strangers) {
    report.kept.push({ kind: 'owner', what: join(ledger, name), owner: '', reason: 'it is nothing of the ledger' });
  }
  for (const id of ids) {
    try {
      if (await removeIfEmpty(join(ledger, id))) continue;
      const owned = await lookAtOwner(ledger, id);
      if (owned.liveness === 'alive') report.living.push(id);
      else if (owned.liveness === 'dead') await sweepOwner(ledger, owned, report);
      else if (!(await removeIfEmpty(owned.folder)))
        report.kept.push(findingAt(owned, 'owner', owned.folder, 'nothing proves that its owner is dead'));
    } catch (error) {
      report.kept.push({ kind: 'owner', what: join(ledger, id), owner: id, reason: messageOf(error) });
    }
  }
  for (const name of await readdir(ledger)) {
    if (name.startsWith(STAGED) && (await isAbandoned(join(ledger, name)))) await removeStaged(ledger, name);
  }
  return report;
}

/** Removes a folder that was being made: nothing is recorded there. */
export async function removeStaged(ledger: string, name: string): Promise<void> {
  await rm(join(ledger, name), { recursive: true, force: true });
}

async function sweepOwner(ledger: string, owned: Owned, report: SweepReport): Promise<void> {
  const files = await findFiles(owned);
  for (let next = 0; next < files.length; next += AT_A_TIME) {
    await Promise.all(files.slice(next, next + AT_A_TIME).map((file) => sweepRecord(ledger, owned, file, report)));
  }
  await removeOwnerFolder(owned.folder);
}

async function sweepRecord(ledger: string, owned: Owned, file: string, report: SweepReport): Promise<void> {
  const path = join(owned.folder, file);
  try {
    const entry = await readEntry(owned, file);
    if (entry === undefined) return;
    const { token, content } = entry;
    if ('fault' in content) {
      await quarantine(ledger, owned.id, file);
      report.quarantined.push(
        findingAt(owned, 'record', join(ledger, QUARANTINE, `${owned.id}.${file}`), content.fault),
      );
      return;
    }
    const { value } = content;
    const outcome = await kindOf(value).reclaim(value, { token, owner: owned.identity });
    if (typeof outcome === 'object') {
      report.kept.push(findingOf(owned, value, outcome.kept));
      return;
    }
    await unless(['ENOENT'], unlink(path), undefined);
    if (outcome === 'reclaimed') report.reclaimed.push(findingOf(owned, value));
  } catch (error) {
    report.kept.push(findingAt(owned, 'record', path, messageOf(error)));
  }
}

/** Removes the folder of an owner that was about to go: one that lives has a socket in its. True if it is gone. */
async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    // What cannot be removed for another reason is looked at.
    return systemCode(error) === 'ENOENT';
  }
}

/** Whether a folder that was being made will never be: its owner died, or has not come to give a sign of life. */
async function isAbandoned(staged: string): Promise<boolean> {
  const answer = await knock(join(staged, ALIVE));
  if (answer !== 'no socket') return answer === 'nobody listens';
  const about = await unless(['ENOENT'], lstat(staged), undefined);
  return about !== undefined && Date.now() - about.mtimeMs > MOST_STAGED_MS;
}

function tell(findings: readonly Finding[], does: string): void {
  if (findings.length === 0) return;
  const named = findings.slice(0, MOST_NAMED).map(({ what, reason }) => `${what}: ${reason}`);
  const rest = findings.length > MOST_NAMED ? [`and ${findings.length - MOST_NAMED} more`] : [];
  warn(`the sweep of the ledger ${does} ${[...named, ...rest].join('; ')}. See stint doctor`);
}
