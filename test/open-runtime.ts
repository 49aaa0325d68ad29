import { onTestFinished } from 'vitest';
import { createRuntime, type Runtime, type RuntimeOptions } from '#stint/index';

/** For tasks that end by a stop: a grace that a machine needs which is slow to deliver it. */
export const PATIENT = { grace: '20s' } as const;

/** Makes a runtime that is closed when the test is over. */
export async function openRuntime(options?: RuntimeOptions): Promise<Runtime> {
  const runtime = await createRuntime(options);
  onTestFinished(() => runtime.close());
  return runtime;
}
