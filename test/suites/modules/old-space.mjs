import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Bytes of this thread's heap that only a full collection can give back, after what is young was collected. */
export function oldSpace() {
  // What survives twice is old.
  for (let i = 0; i < 2; i += 1) collect({ type: 'minor' });
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space').space_used_size;
}

export const nothing = () => undefined;
