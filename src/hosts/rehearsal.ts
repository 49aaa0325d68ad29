/**
 * What a spare child process does before it has a task: one script in each language, for nobody. Most of what runs there V8
 * compiles when it runs for the first time, and the first task is not to wait for that.
 */
import type { ScriptEngineName } from '../engines/engine-name.js';
import type { Job, PipedMessage, TaskOrder } from '../worker/messages.js';

const SCRIPTS: readonly { language: ScriptEngineName; code: string }[] = [
  { language: 'lua', code: 'return ...' },
  { language: 'javascript', code: 'args[0]' },
];

/** Rows that a child's table has for it, after those of the owner's tasks. */
export const REHEARSAL_ROWS = SCRIPTS.length;

const MEMORY_BYTES = 2 ** 24;
const TIMEOUT_MS = 1000;

/** What a child is told. @param row the first of the rows for it */
export function* rehearsal(row: number): Generator<PipedMessage['message']> {
  for (const [i, { language, code }] of SCRIPTS.entries()) {
    const job: Job = {
      program: { language, code, name: 'rehearsal', memory: MEMORY_BYTES },
      outputLimit: 0,
      callLimit: 0,
      turnLimit: TIMEOUT_MS,
      permissions: {},
      recurs: true,
    };
    const order: TaskOrder = { row: row + i, number: 1, args: [i], timeout: TIMEOUT_MS, announce: true };
    yield { op: 'job', id: i, job };
    yield { op: 'start', order, job: i };
  }
}
