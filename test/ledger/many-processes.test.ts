import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { inspect } from '#stint/ledger/inspect';
import { leftIn, temporaryFolder } from './support.js';

const REGISTRAR = fileURLToPath(new URL('./programs/registrar.mjs', import.meta.url));
const PROCESSES = 8;
/** `npm run test:faults` takes all. */
const EACH = process.env['STINT_FAULTS'] === 'all' ? 1000 : 250;

it(`${PROCESSES} processes register ${EACH} things each at once, and none is lost`, { timeout: 120_000 }, async () => {
  const directory = temporaryFolder();
  const started = performance.now();
  const running = await Promise.all(
    Array.from({ length: PROCESSES }, async () => {
      const child = spawn(process.execPath, [REGISTRAR, directory, String(EACH)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit');
      const [line] = await once(createInterface({ input: child.stdout }), 'line');
      return { child, exited, tokens: JSON.parse(line) as string[] };
    }),
  );
  console.log(`${PROCESSES * EACH} registrations in ${Math.round(performance.now() - started)} ms`);
  const tokens = running.flatMap((each) => each.tokens);
  expect(new Set(tokens).size).toBe(PROCESSES * EACH);
  const found = await inspect({ directory });
  expect(found.filter(({ state }) => state !== 'living')).toEqual([]);
  expect(found.map(({ what }) => what).sort()).toEqual(tokens.map((token) => `${directory}/${token}`).sort());
  for (const { child } of running) child.stdin.end();
  const statuses = await Promise.all(running.map(async ({ exited }) => (await exited)[0]));
  expect(statuses).toEqual(Array.from({ length: PROCESSES }, () => 0));
  expect(leftIn(directory)).toEqual([]);
});
