import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '../ledger/random.js';
import { guardiansGone, leftIn, marked, quarantined, temporaryFolder } from '../ledger/support.js';

const PROGRAM = fileURLToPath(new URL('./ledger/worker.mjs', import.meta.url));
const OWNERS = 3;
const MOST_STEPS = 12;
/** `npm run test:faults` takes all. */
const KILLS = process.env['STINT_FAULTS'] === 'all' ? 200 : 20;

interface Owner {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown[]>;
  readonly lines: AsyncIterator<string>;
  readonly id: string;
}

it(`${KILLS} owners that are killed at random while they work leave nothing, and the others work on`, {
  timeout: 600_000,
}, async () => {
  const random = seededRandom();
  const folder = temporaryFolder();
  const [directory, place] = [join(folder, 'ledger'), join(folder, 'place')];
  mkdirSync(place);
  const ids: string[] = [];

  const start = async (): Promise<Owner> => {
    const args = [PROGRAM, directory, place, String(random.below(2 ** 31))];
    const child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'] },
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const exited = once(child, 'exit');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const id = (await lines.next()).value as string;
    ids.push(id);
    return { child, exited, lines, id };
  };

  const owners = await Promise.all(Array.from({ length: OWNERS }, start));
  for (let kill = 0; kill < KILLS; kill++) {
    const index = random.below(OWNERS);
    const { child, exited, lines } = owners[index] as Owner;
    for (let steps = random.below(MOST_STEPS); steps > 0; steps--) expect((await lines.next()).value).toBe('.');
    child.kill('SIGKILL');
    await exited;
    owners[index] = await start();
  }
  for (const { child, exited, lines } of owners) {
    expect((await lines.next()).value).toBe('.');
    child.stdin?.write('close\n');
    child.stdout?.resume();
    expect(await exited).toEqual([0, null]);
  }
  await guardiansGone(directory);
  expect(ids).toHaveLength(OWNERS + KILLS);
  expect(leftIn(directory)).toEqual([]);
  expect(readdirSync(place)).toEqual([]);
  expect(readdirSync('/dev/shm').filter((name) => ids.some((id) => name.includes(id)))).toEqual([]);
  expect(marked(ids)).toEqual([]);
  expect(quarantined(directory)).toEqual([]);
});
