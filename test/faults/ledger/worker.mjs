// Makes and releases things without end, in an order that a seed gives, and says so after each step.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { spawnRecorded } from '#stint/ledger/child';
import { writePidfile } from '#stint/ledger/claimed-path';
import { openLedger, SharedMemory } from '#stint/ledger/index';
import { createScratch } from '#stint/ledger/scratch';

const [directory, place, seed] = process.argv.slice(2);
const ledger = await openLedger({ directory });
console.log(ledger.id);

let state = Number(seed);
const below = (end) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * end);
};
const sleep = (env) => spawn('/bin/sleep', ['600'], { env, stdio: 'ignore' });
const makers = [
  () => SharedMemory.create(4096, { ledger }),
  () => createScratch(ledger, place),
  (step) => writePidfile(ledger, join(place, `${ledger.id}-${step}`)),
  () => spawnRecorded(ledger, 'sleep', sleep),
];
const held = [];
let closing = false;
process.stdin.once('data', () => {
  closing = true;
});

for (let step = 0; !closing; step++) {
  if (held.length > 6 || (held.length > 0 && below(2) === 0)) {
    const [thing] = held.splice(below(held.length), 1);
    await thing[Symbol.asyncDispose]();
  } else {
    held.push(await makers[below(makers.length)](step));
  }
  console.log('.');
}
await ledger.close();
process.stdin.destroy();
