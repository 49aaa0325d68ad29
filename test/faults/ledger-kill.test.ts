import { describe, expect, it } from 'vitest';
import { meetAll } from './ledger/check.js';
import { HAS_STRACE, type Scenario, type SystemCall } from './ledger/tracer.js';

/** `npm run test:faults` does all: with and without the guardian, wherever this takes turns. */
const THOROUGH = process.env['STINT_FAULTS'] === 'all';

/** What each scenario calls, and at least how often. */
const PLACES: [Scenario, SystemCall, number][] = [
  ['life', 'open', 1],
  ['life', 'write', 1],
  ['life', 'fsync', 1],
  ['life', 'rename', 1],
  ['life', 'unlink', 1],
  ['life', 'mkdir', 1],
  ['life', 'rmdir', 1],
  ['life', 'link', 1],
  ['life', 'allocate', 1],
  ['life', 'mmap', 1],
  ['life', 'listen', 1],
  ['child', 'fsync', 1],
  ['child', 'rename', 1],
  ['child', 'unlink', 1],
  ['sweep', 'open', 1],
  ['sweep', 'unlink', 1],
  ['sweep', 'rmdir', 1],
];

describe.skipIf(!HAS_STRACE && process.env['CI'] === undefined)('a process that is killed', () => {
  it.each(PLACES)(
    'in %s at any call of %s leaves nothing, and nothing of another owner is touched',
    { timeout: 300_000 },
    async (scenario, call, atLeast) => {
      const calls = await meetAll(call, ['SIGKILL'], scenario, THOROUGH);
      console.log(`${scenario}: killed at each of ${calls} calls of ${call}`);
      expect(calls).toBeGreaterThanOrEqual(atLeast);
    },
  );
});
