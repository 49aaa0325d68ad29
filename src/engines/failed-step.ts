import type { ErrorEnvelope } from '../errors/envelope.js';
import type { Step } from './engine.js';

/** The last step of what has failed with this error. */
export function failedStep(error: ErrorEnvelope): Step {
  return { kind: 'failed', error, outOfMemory: error.code === 'OUT_OF_MEMORY' };
}
