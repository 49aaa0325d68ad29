import { onTestFinished } from 'vitest';
import { createRuntime, type Runtime, type RuntimeOptions } from '#stint/index';

/** Makes a runtime that is closed when the test is over. */
export async function openRuntime(options?: RuntimeOptions): Promise<Runtime> {
  const runtime = await createRuntime(options);
  onTestFinished(() => runtime.close());
  return runtime;
}
