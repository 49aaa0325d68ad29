import { describe, expect, it } from 'vitest';
import { seededRandom } from '../ledger/random.js';
import { isMissing } from '../needs.js';
import { meetAll } from './ledger/check.js';
import { HAS_STRACE, PLACES } from './ledger/tracer.js';

const random = seededRandom();

// Where CI is set strace is required: a missing one fails.
describe.skipIf(isMissing('strace', HAS_STRACE))('a process whose disk refuses', () => {
  it.each(PLACES)(
    'in %s at a call of %s leaves nothing, and nothing of another owner is touched',
    { timeout: 600_000 },
    async (scenario, call, atLeast) => {
      const met = await meetAll(random, scenario, call, ['EIO', 'ENOSPC', 'EMFILE']);
      console.log(`${scenario}, ${call}: ${met} runs`);
      expect(met).toBeGreaterThanOrEqual(atLeast);
    },
  );
});
