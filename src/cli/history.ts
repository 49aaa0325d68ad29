import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors/describe.js';
import { systemCode } from '../errors/system-code.js';
import { stateHome } from '../ledger/base-directories.js';

const MOST_LINES = 1000;

function directory(): string {
  return join(stateHome(process.env, 'the history'), 'stint');
}

/** What was typed in earlier sessions, the latest first. None if there is no file. */
export async function loadHistory(): Promise<string[]> {
  try {
    return (await readFile(join(directory(), 'repl-history'), 'utf8')).split('\n').filter(Boolean).slice(0, MOST_LINES);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') warn(error);
    return [];
  }
}

let saving = Promise.resolve();

/** Keeps what was typed, for this user only. Saves one after the other, the last one wins. */
export function saveHistory(lines: readonly string[]): void {
  saving = saving.then(() => save(lines)).catch(warn);
}

async function save(lines: readonly string[]): Promise<void> {
  const file = join(directory(), 'repl-history');
  await mkdir(directory(), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.${process.pid}`, lines.slice(0, MOST_LINES).join('\n'), { mode: 0o600 });
  await rename(`${file}.${process.pid}`, file);
}

let warned = false;

/** Once is enough: the session goes on without a history. */
function warn(error: unknown): void {
  if (!warned) process.stderr.write(`stint: the history is not kept: ${messageOf(error)}\n`);
  warned = true;
}
