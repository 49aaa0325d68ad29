// Calls itself synchronously, as deep as it is told.
import { callSync, closeSharedRuntime } from '#stint/index';

export default async function nested(depth) {
  if (depth === 0) return 0;
  try {
    return 1 + callSync(import.meta.url, [depth - 1]);
  } catch (error) {
    return error.code;
  } finally {
    await closeSharedRuntime();
  }
}
