import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { messageOf } from '../errors/describe.js';
import { processInfo } from './identity.js';
import { MARK, type Process } from './kinds/process.js';
import type { Ledger } from './ledger.js';
import type { Registration } from './registration.js';
import { warn } from './warn.js';

/** A child process that does not outlive its owner. */
export interface RecordedChild extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Kills the child, and what it started, if they live, and forgets them. May be called any number of times. */
  release(): Promise<void>;
}

/**
 * Starts a child process that is recorded: if this process dies, the child is killed, and so is what it started.
 *
 * @param command what it runs, for people: at most 200 characters
 * @param start starts it; the variables it gets have to be in the environment of the child, which is known by them
 */
export function spawnRecorded(
  ledger: Ledger,
  command: string,
  start: (mark: Readonly<Record<string, string>>) => ChildProcess,
): Promise<RecordedChild> {
  return ledger.acquire<Process, RecordedChild>(
    () => ({ kind: 'process', command }),
    async (registration) => {
      const child = start({ [MARK]: registration.token });
      if (child.pid === undefined) await once(child, 'spawn');
      // The record holds without it: whose the child is its environment says.
      await confirm(registration, child.pid as number).catch((error: unknown) => warn(messageOf(error)));
      const release = () => {
        child.kill('SIGKILL');
        return registration.release();
      };
      return { child, release, [Symbol.asyncDispose]: release };
    },
  );
}

async function confirm(registration: Registration<Process>, pid: number): Promise<void> {
  const startedAt = (await processInfo(pid))?.startedAt;
  // It may have ended already.
  if (startedAt !== undefined) await registration.update({ ...registration.resource, pid, startedAt });
}
