import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { encode } from '#stint/ledger/envelope';
import { processInfo } from '#stint/ledger/identity';
import { openLedger, SharedMemory, sweep } from '#stint/ledger/index';
import { createScratch } from '#stint/ledger/scratch';
import { isAlive } from '../processes.ts';
import { seededRandom } from './random.js';
import { leftIn, makeDeadOwner, present, quarantined, temporaryFolder } from './support.js';

const KINDS = ['segment', 'process', 'socket', 'pidfile', 'scratch', 'cgroup'];
const ROUNDS = 10;
const RECORDS = 1000;
/** What a pid file of none of the owners here says. */
const OTHERS_PID = '1\n';

it('10,000 random records reclaim nothing, and are all taken out of the way', async () => {
  const random = seededRandom();
  const directory = temporaryFolder();
  const victims = join(directory, 'victims');
  mkdirSync(join(victims, 'directory'), { recursive: true });
  writeFileSync(join(victims, 'file'), OTHERS_PID);
  writeFileSync(join(victims, 'directory', 'file'), '');
  const server = createServer().listen(join(victims, 'socket'));
  await once(server, 'listening');
  const child = spawn('/bin/sleep', ['600'], { stdio: 'ignore' });
  onTestFinished(() => {
    server.close();
    child.kill('SIGKILL');
  });
  const pid = child.pid as number;
  await using ledger = await openLedger({ directory });
  await using memory = await SharedMemory.create(4096, { ledger });
  const held = { id: ledger.id, segment: memory.name, scratch: (await createScratch(ledger, directory)).path };

  const { dev, ino } = statSync(join(victims, 'file'));
  const pool = [
    ...[memory.name, held.scratch, ...['file', 'directory', 'socket', 'nothing'].map((name) => join(victims, name))],
    ...['', '/', '.', '..', '/etc/passwd', '../victims/file', `${victims}/./file`, '/proc/self', '\0', 'x'.repeat(300)],
    ...[
      0,
      1,
      -1,
      1.5,
      pid,
      process.pid,
      2 ** 31,
      2 ** 53,
      null,
      true,
      {},
      [],
      [pid],
      `${dev}:${ino}`,
      '1:1',
      String(pid),
    ],
    (await processInfo(pid))?.startedAt,
  ];
  const content = (token: string, kind: string) => {
    const value = () => (random.below(3) === 0 ? token : random.pick(pool));
    const fields = ['name', 'bytes', 'path', 'file', 'pid', 'startedAt', 'command', 'extra'].filter(
      () => random.below(2) === 0,
    );
    const record = { kind, token, ...Object.fromEntries(fields.map((field) => [field, value()])) };
    const bytes = encode(random.below(8) === 0 ? { ...record, [random.pick(['kind', 'token'])]: value() } : record);
    switch (random.below(6)) {
      case 0:
        return random.bytes(random.below(400));
      case 1:
        return bytes.subarray(0, random.below(bytes.length));
      default:
        return bytes;
    }
  };

  const sum = { reclaimed: 0, kept: 0, quarantined: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const owner = await makeDeadOwner(directory, random.below(2) === 0 ? { pid } : {});
    for (let sequence = 1; sequence <= RECORDS; sequence++) {
      const kind = random.pick(KINDS);
      const file = random.below(20) === 0 ? `${sequence}x${kind}` : `${sequence}.${kind}`;
      writeFileSync(join(owner.folder, file), content(owner.token(sequence), kind), { mode: 0o600 });
    }
    const report = await sweep({ directory });
    sum.reclaimed += report.reclaimed.length;
    sum.kept += report.kept.length;
    sum.quarantined += report.quarantined.length;
    expect(report.living).toEqual([ledger.id]);
    expect(report.reclaimed).toEqual([]);
    expect(quarantined(directory)).toHaveLength(report.quarantined.length);
    expect(present(held)).toEqual(['segment', 'scratch']);
    for (const name of quarantined(directory)) rmSync(join(directory, 'v1', 'quarantine', name), { recursive: true });
    for (const id of leftIn(directory).filter((id) => id !== ledger.id))
      rmSync(join(directory, 'v1', id), { recursive: true });
  }
  console.log(`of ${ROUNDS * RECORDS} records ${sum.quarantined} were not believed, ${sum.kept} kept for a reason`);
  expect(sum.quarantined).toBeGreaterThan(ROUNDS * RECORDS * 0.5);
  expect(readdirSync(victims).sort()).toEqual(['directory', 'file', 'socket']);
  expect(readFileSync(join(victims, 'file'), 'utf8')).toBe(OTHERS_PID);
  expect(readdirSync(join(victims, 'directory'))).toEqual(['file']);
  expect(server.listening && isAlive(pid)).toBe(true);
});
