import { describe, expect, it } from 'vitest';
import type { LaunchedProcess } from '#stint/hosts/launched-process';
import { REHEARSAL_ROWS, rehearsal } from '#stint/hosts/rehearsal';
import type { Job, ToHost } from '#stint/worker/messages';
import { launch } from './launch.js';

const job: Job = {
  program: { language: 'lua', code: 'return ... + 1', name: 'first', memory: 2 ** 24 },
  outputLimit: 0,
  callLimit: 0,
  turnLimit: Number.POSITIVE_INFINITY,
  permissions: {},
  recurs: false,
};

/** What a process tells of tasks until so many have ended. */
function toldOf(launched: LaunchedProcess, ends: number): Promise<ToHost[]> {
  const told: ToHost[] = [];
  return new Promise((resolve, reject) => {
    launched.listen(
      (message) => {
        if ('row' in message) told.push(message);
        if (told.filter(({ op }) => op === 'ended').length === ends) resolve(told);
      },
      () => reject(launched.cause),
    );
  });
}

describe('the rehearsal of a child process', () => {
  it('completes every kind of program', async () => {
    const launched = await launch();
    const told = toldOf(launched, REHEARSAL_ROWS);
    // In rows of the owner's, so that it is told of them.
    for (const message of rehearsal(0)) launched.give({ message, announced: false });
    const ends = (await told).filter((message) => message.op === 'ended');
    expect(ends.map(({ report }) => report.end)).toMatchObject([
      { kind: 'completed', value: 0 },
      { kind: 'completed', value: 1 },
      { kind: 'completed', value: undefined },
    ]);
  });

  it('is not heard of, and tasks run as ever', async () => {
    const launched = await launch();
    const told = toldOf(launched, 1);
    launched.rehearse();
    const order = { row: 0, number: 1, args: [41], timeout: 10_000, announce: true };
    launched.give({ message: { op: 'start', order, job }, announced: false });
    expect(await told).toMatchObject([
      { op: 'began', row: 0, number: 1 },
      { op: 'ended', row: 0, number: 1, report: { end: { kind: 'completed', value: 42 } } },
    ]);
  });
});
