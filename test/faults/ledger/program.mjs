// Does one thing with a ledger while a tracer makes a system call of it fail, or kills it there.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import koffi from 'koffi';
import { spawnRecorded } from '#stint/ledger/child';
import { claimSocket, writePidfile } from '#stint/ledger/claimed-path';
import { openLedger, SharedMemory, sweep } from '#stint/ledger/index';
import { loadLibc } from '#stint/ledger/mapping';
import { createScratch } from '#stint/ledger/scratch';

const [scenario, directory, place] = process.argv.slice(2);

/** prctl(2): any process of this user may trace this one, where the system asks for that. */
const PR_SET_PTRACER = 0x59616d61;
const PR_SET_PTRACER_ANY = -1n;
koffi.load(null).func('int prctl(int, int64_t, int64_t, int64_t, int64_t)')(
  PR_SET_PTRACER,
  PR_SET_PTRACER_ANY,
  0,
  0,
  0,
);
await loadLibc();

let ledger;
const scenarios = {
  // Makes one thing of each kind, releases one, and closes.
  async life() {
    const memory = await SharedMemory.create(65_536, { ledger });
    memory.bytes.fill(7);
    const scratch = await createScratch(ledger, place);
    // What the program does itself may fail too: that is its own affair.
    await writeFile(join(scratch.path, 'file'), 'text').catch(() => undefined);
    await writePidfile(ledger, join(place, 'pid'));
    const { path } = await claimSocket(ledger, join(place, 'socket'));
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve).once('error', resolve));
    await memory.close();
    server.close();
  },
  async child() {
    const start = (env) => spawn('/bin/sleep', ['600'], { env, stdio: 'ignore' });
    const { release } = await spawnRecorded(ledger, 'sleep', start);
    await release();
  },
  async sweep() {
    await sweep({ directory });
  },
};

if (scenario !== 'sweep') ledger = await openLedger({ directory });
console.log(JSON.stringify({ id: ledger?.id, threads: readdirSync('/proc/self/task').map(Number) }));
await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.destroy();

const failures = [];
await scenarios[scenario]().catch((error) => failures.push(error));
await ledger?.close().catch((error) => failures.push(error));
console.log(JSON.stringify(failures.map(({ name, code, message }) => ({ name, code, message }))));
// What could not be released is still there, servers too: a program that gives up.
process.exit();
