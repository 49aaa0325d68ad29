import { spawn } from 'node:child_process';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ErrorEnvelope, fromEnvelope } from '../errors/envelope.js';
import { StintError } from '../errors/stint-error.js';
import { unwritable } from './log-file.js';

/** What a detached daemon tells the process that started it. */
export interface FromDaemon {
  readonly ready: true;
  readonly addresses: readonly string[];
}

/** What it tells instead if it cannot serve. Its log may be that of one that does. */
export interface RefusalOfDaemon {
  readonly ready: false;
  readonly error: ErrorEnvelope;
}

/** How long it may take to begin to serve. */
const PATIENCE_MS = 30_000;
const LONGEST_COMPLAINT = 4096;

/**
 * Starts a program in the background, with a session of its own, and waits until it serves.
 *
 * @param script what to run with this Node
 * @param log the file that takes what it prints: a crash, say
 * @throws StintError why it cannot serve; `INVALID_ARGUMENT` if it ended without a word; `TIMEOUT`
 */
export async function startDetached(
  script: string,
  args: readonly string[],
  log: string,
): Promise<{ pid: number; addresses: readonly string[] }> {
  await using file = await openLog(log).catch((error) => Promise.reject(unwritable(log, error)));
  const { size } = await file.stat();
  const child = spawn(process.execPath, [script, ...args], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', file.fd, file.fd, 'ipc'],
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const told = await new Promise<FromDaemon | RefusalOfDaemon | number | null>((resolve, reject) => {
      timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new StintError('TIMEOUT', `the daemon did not serve within ${PATIENCE_MS} ms; its log is ${log}`));
      }, PATIENCE_MS);
      child.once('error', reject);
      child.once('message', (message) => resolve(message as FromDaemon | RefusalOfDaemon));
      // After the last message.
      child.once('close', resolve);
    });
    if (typeof told === 'object' && told !== null) {
      if (!told.ready) throw fromEnvelope(told.error);
      return { pid: child.pid as number, addresses: told.addresses };
    }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_COMPLAINT), 0, LONGEST_COMPLAINT, size);
    const why = /^stint: (.*)$/m.exec(buffer.toString('utf8', 0, bytesRead))?.[1];
    throw new StintError('INVALID_ARGUMENT', why ?? `the daemon ended with status ${told}; its log is ${log}`);
  } finally {
    clearTimeout(timer);
    child.removeAllListeners();
    if (child.connected) child.disconnect();
    child.unref();
  }
}

async function openLog(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return open(path, 'a+', 0o600);
}
