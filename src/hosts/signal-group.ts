import { systemCode } from '../errors/system-code.js';

/** Sends a signal to a process group, if anybody is left in it. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // They are gone already, or those who are left have become another user's.
    if (!['ESRCH', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
  }
}
