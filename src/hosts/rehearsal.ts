/**
 * What a spare child process does before it has a task: a script in each language and a function of a module, for nobody. Most of what runs there V8
 * compiles when it runs for the first time, and the first task is not to wait for that.
 */
import type { ModuleProgram, Program } from '../engines/engine.js';
import type { Job, PipedMessage, TaskOrder } from '../worker/messages.js';

const TIMEOUT_MS = 1000;
const memory = 2 ** 24;
const url = new URL('../hosts/rehearsed.js', import.meta.url).href;

const PROGRAMS: readonly (Program | ModuleProgram)[] = [
  { language: 'lua', code: 'return ...', name: 'rehearsal', memory },
  { language: 'javascript', code: 'args[0]', name: 'rehearsal', memory },
  { language: 'module', url, exportName: 'rehearsed', generation: 0, memory },
];

/** Rows that a child's table has for it, after those of the owner's tasks. */
export const REHEARSAL_ROWS = PROGRAMS.length;

/** What a child is told. @param row the first of the rows for it */
export function* rehearsal(row: number): Generator<PipedMessage['message']> {
  for (const [i, program] of PROGRAMS.entries()) {
    const job: Job = {
      program,
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
