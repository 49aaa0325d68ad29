import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Compiles the C pair; undefined where there is no compiler. `run` gives one run, `remove` takes it away again. */
export function buildEpollPair() {
  const folder = mkdtempSync(join(tmpdir(), 'stint-bench-'));
  const program = join(folder, 'epoll');
  const source = fileURLToPath(new URL('epoll.c', import.meta.url));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (spawnSync('cc', ['-O2', '-o', program, source], { stdio: 'ignore' }).status !== 0) {
    remove();
    return undefined;
  }
  return { run: (count, paced) => run(program, count, paced), remove };
}

async function run(program, count, paced) {
  const server = spawn(program, ['server'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [port] = await once(server.stdout.setEncoding('utf8'), 'data');
    const clients = spawn(program, ['clients', port.trim(), `${count}`, paced ? '1' : '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [text] = await once(clients.stdout.setEncoding('utf8'), 'data');
    await once(clients, 'close');
    return JSON.parse(text);
  } finally {
    server.kill();
  }
}
