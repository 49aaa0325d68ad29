import { onTestFinished } from 'vitest';
import { LaunchedProcess } from '#stint/hosts/launched-process';
import type { RecordChild } from '#stint/hosts/record-children';
import { REHEARSAL_ROWS } from '#stint/hosts/rehearsal';

/** A process that is ready, and recorded nowhere. */
export async function launch(): Promise<LaunchedProcess> {
  const settings = {
    rows: 4 + REHEARSAL_ROWS,
    grace: 100,
    quantum: 10,
    cellSize: 1,
    heap: undefined,
    recycle: { memory: Number.POSITIVE_INFINITY },
  };
  const unrecorded: RecordChild = async (start) => {
    start({});
    return async () => undefined;
  };
  const launched = await new Promise<LaunchedProcess>((resolve) => {
    const made: LaunchedProcess = new LaunchedProcess(settings, 2 ** 30, unrecorded, () => resolve(made));
    made.keepAlive(true);
  });
  onTestFinished(() => launched.kill());
  return launched;
}
