import { invalid } from '../../errors/invalid.js';
import { readFunction, readSignal } from '../../runtime/read-options.js';

type TakeOutput = (text: string, stream: 'stdout' | 'stderr') => void;

/**
 * Checks those options of what runs code that stay with the client. The kernel checks the others.
 *
 * @throws StintError `INVALID_ARGUMENT`
 */
export function readTelling<T extends { readonly signal?: AbortSignal; readonly output?: TakeOutput }>(options: T) {
  if (typeof options !== 'object' || options === null) throw invalid('options', options, 'an object');
  const { signal, output, ...others } = options;
  return {
    signal: signal === undefined ? undefined : readSignal(signal, 'options.signal'),
    output: output === undefined ? undefined : readFunction<TakeOutput>(output, 'options.output'),
    others,
  };
}
