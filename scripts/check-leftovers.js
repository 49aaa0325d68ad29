// Fails if tests left a worker process, a temporary file or a shared-memory segment of stint's. With the name of a file: since that was made.
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const since = process.argv[2] === undefined ? 0 : lstatSync(process.argv[2]).ctimeMs;
const found = [];

for (const directory of [tmpdir(), '/dev/shm']) {
  const paths = list(directory).flatMap((name) => (name.startsWith('stint-') ? [join(directory, name)] : []));
  // What goes meanwhile is not left behind.
  found.push(...paths.filter((path) => (lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? -1) >= since));
}
for (const pid of list('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
  const command = commandLine(pid);
  if (command.includes(`${root}dist/`)) found.push(`process ${pid}: ${command}`);
}
for (const what of found) console.error(`left behind: ${what}`);
process.exitCode = found.length > 0 ? 1 : 0;

function list(directory) {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch (error) {
    // It ended meanwhile, or is not ours to read.
    if (['ENOENT', 'ESRCH', 'EACCES'].includes(error.code)) return '';
    throw error;
  }
}
