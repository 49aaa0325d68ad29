// Registers a number of things, says which, and releases them when its standard input ends.
import { join } from 'node:path';
import { openLedger } from '#stint/ledger/index';

const [directory, count] = process.argv.slice(2);
const ledger = await openLedger({ directory });
const register = () =>
  ledger.acquire(
    (token) => ({ kind: 'scratch', path: join(directory, token) }),
    async ({ token }) => token,
  );
const tokens = await Promise.all(Array.from({ length: Number(count) }, register));
console.log(JSON.stringify(tokens));
process.stdin.resume().on('end', () => ledger.close());
