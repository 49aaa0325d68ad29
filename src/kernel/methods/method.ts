import type { Call } from '../call.js';
import type { Services } from '../services.js';

/** One method of the protocol. */
export interface Method {
  /** Answered at once, whatever else is in flight. */
  readonly control: boolean;
  /** Throws what is wrong with the parameters, or went wrong. */
  run(services: Services, params: object, call: Call): unknown;
}

/** A method that is answered at once. */
export function control(run: Method['run']): Method {
  return { control: true, run };
}

/** A method that may take its time, and counts against `limits.inFlight` until it is answered. */
export function work(run: Method['run']): Method {
  return { control: false, run };
}
