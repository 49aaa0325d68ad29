// Opens a ledger, makes the things it is told to, says what it holds, and does as it is told by lines on its standard input.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawnRecorded } from '#stint/ledger/child';
import { claimSocket, writePidfile } from '#stint/ledger/claimed-path';
import { openLedger, SharedMemory } from '#stint/ledger/index';
import { createScratch } from '#stint/ledger/scratch';

const [directory, place, ...things] = process.argv.slice(2);
const ledger = await openLedger({ directory });
let server;
const held = { id: ledger.id };

const makers = {
  async segment() {
    held.segment = (await SharedMemory.create(65_536, { ledger })).name;
  },
  async scratch() {
    held.scratch = (await createScratch(ledger, place)).path;
  },
  async socket() {
    const { path } = await claimSocket(ledger, join(place, `${ledger.id}.sock`));
    server = createServer().listen(path);
    server.unref();
    held.socket = path;
  },
  async pidfile() {
    held.pidfile = (await writePidfile(ledger, join(place, `${ledger.id}.pid`))).path;
  },
  // A child that starts another one, and neither ends by itself.
  async process() {
    const start = (env) =>
      spawn('/bin/sh', ['-c', 'sleep 600 & sleep 600'], { env: { ...env, PATH: process.env.PATH } });
    held.process = (await spawnRecorded(ledger, 'sh', start)).child.pid;
  },
};

for (const thing of things) await makers[thing]();
held.guardian = ledger.guardianPid;
console.log(JSON.stringify(held));

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'close') {
    process.stdin.destroy();
    server?.close();
    await ledger.close();
    break;
  }
  if (line === 'work') {
    const memory = await SharedMemory.create(4096, { ledger });
    memory.bytes.fill(7);
    const worked = memory.bytes.every((byte) => byte === 7);
    await memory.close();
    console.log(JSON.stringify({ worked }));
  }
  if (line === 'guardian') console.log(JSON.stringify({ guardian: ledger.guardianPid }));
}
