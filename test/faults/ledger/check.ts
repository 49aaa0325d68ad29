import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ERROR_CODES } from '#stint/errors/codes';
import { type Ledger, openLedger, SharedMemory, sweep } from '#stint/ledger/index';
import { createScratch } from '#stint/ledger/scratch';
import type { Random } from '../../ledger/random.js';
import {
  guardians,
  guardiansGone,
  leftIn,
  makeDeadOwner,
  marked,
  quarantined,
  temporaryFolder,
} from '../../ledger/support.js';
import { type Fault, runWith, type Scenario, type SystemCall, type Traced } from './tracer.js';

/** `npm run test:faults` does all; else these take turns, and of frequent calls some are left out. */
const THOROUGH = process.env['STINT_FAULTS'] === 'all';
const STRIDES: Partial<Record<SystemCall, number>> = THOROUGH
  ? { write: 5 } // most of them only wake another thread
  : { open: 5, write: 25, fsync: 4, rename: 2, unlink: 3 };

/** More often than this no system call comes in any scenario: a bound for the search. */
const MOST_CALLS = 400;

/** Has a scenario meet faults at the calls of one kind, in a run each. Returns how many runs met one. */
export async function meetAll(
  random: Random,
  scenario: Scenario,
  call: SystemCall,
  faults: readonly Fault['how'][],
): Promise<number> {
  const stride = STRIDES[call] ?? 1;
  let met = 0;
  for (let when = 1 + random.below(stride); when <= MOST_CALLS; when += stride) {
    for (const how of THOROUGH ? faults : [random.pick(faults)]) {
      for (const withGuardian of THOROUGH ? [true, false] : [random.below(2) === 0]) {
        const { hit } = await meet({ call, when, how }, scenario, withGuardian);
        if (!hit) return met;
        met += 1;
      }
    }
  }
  throw new Error(`more than ${MOST_CALLS} calls of ${call}`);
}

/** Runs a scenario with a fault beside an owner that lives, and looks for what is left. */
async function meet(fault: Fault, scenario: Scenario, withGuardian: boolean): Promise<Traced> {
  const folder = temporaryFolder();
  const [directory, place] = [join(folder, 'ledger'), join(folder, 'place')];
  mkdirSync(place);
  await using other = await openLedger({ directory });
  const held = await hold(other, folder);
  const dead = scenario === 'sweep' ? await leave(directory, place) : undefined;

  const traced = await runWith(fault, scenario, directory, place);
  const what = JSON.stringify({ ...fault, scenario, withGuardian, traced });
  if (!withGuardian) {
    for (const pid of guardians(directory)) if (pid !== other.guardianPid) process.kill(pid, 'SIGKILL');
  }
  await guardiansGone(directory, other.guardianPid);
  if (!withGuardian || dead !== undefined) await sweepLater(directory);

  const ids = [traced.id, dead].filter((id) => id !== undefined);
  expect(leftIn(directory), what).toEqual([other.id]);
  expect(readdirSync(place), what).toEqual([]);
  expect(
    readdirSync('/dev/shm').filter((name) => ids.some((id) => name.includes(id))),
    what,
  ).toEqual([]);
  expect(marked(ids), what).toEqual([]);
  expect(quarantined(directory), what).toEqual([]);
  expect(
    held.map((path) => existsSync(path)),
    what,
  ).toEqual([true, true]);
  const codes: readonly string[] = ERROR_CODES;
  expect(
    (traced.failures ?? []).filter(({ name, code }) => name !== 'StintError' || !codes.includes(code)),
    what,
  ).toEqual([]);
  return traced;
}

/** Sweeps when folders that were just being made have been so for a while. */
async function sweepLater(directory: string): Promise<void> {
  for (const name of leftIn(directory).filter((each) => each.startsWith('.new-'))) {
    utimesSync(join(directory, 'v1', name), new Date(), new Date(Date.now() - 120_000));
  }
  await sweep({ directory });
}

/** What a living owner has. */
async function hold(ledger: Ledger, folder: string): Promise<string[]> {
  const memory = await SharedMemory.create(4096, { ledger });
  return [join('/dev/shm', memory.name), (await createScratch(ledger, folder)).path];
}

/** What a dead owner left. */
async function leave(directory: string, place: string): Promise<string> {
  const owner = await makeDeadOwner(directory);
  writeFileSync(join('/dev/shm', owner.token(1)), 'x');
  mkdirSync(join(place, owner.token(2), 'deep'), { recursive: true });
  writeFileSync(join(place, owner.token(2), 'file'), '');
  await owner.record(1, 'segment', { name: owner.token(1), bytes: 1 });
  await owner.record(2, 'scratch', { path: join(place, owner.token(2)) });
  writeFileSync(join(owner.folder, '3.scratch.tmp'), '');
  return owner.id;
}
