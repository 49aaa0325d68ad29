import { readFileSync } from 'node:fs';

/** Whether a process lives. One that has ended and whose parent has not looked yet, or never does, is dead. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Settles when a process has ended that may be nobody's here. The test's own limit ends a wait that is in vain. */
export async function ended(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}
