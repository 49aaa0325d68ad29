/** What a guardian becomes when its owner is dead: reclaims what that left, and what else nobody holds. */
import { setTimeout as delay } from 'node:timers/promises';
import { STAGED } from './owner.js';
import { removeStaged, sweepFolder } from './sweep.js';

/** The end of the pipe is seen a moment before the kernel has closed the rest of a dying process. */
const ATTEMPTS = 20;
const INTERVAL_MS = 50;

const [ledger, owner] = process.argv.slice(2) as [string, string];

await removeStaged(ledger, STAGED + owner);
for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
  const { living } = await sweepFolder(ledger);
  if (!living.includes(owner)) break;
  await delay(INTERVAL_MS);
}
