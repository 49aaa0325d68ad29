/** Arguments of a module's function, taken as they are at a moment: the caller may change them before they are sent, and they may be sent again. */
import { buffersOf } from '../values/buffers-of.js';
import { pack } from '../values/packed.js';
import type { Transferable } from '../values/transfer.js';
import { isPrimitive } from '../values/value.js';
import type { ResolvedRunOptions } from './run-options.js';

/** So many bytes of them go to their thread for good, instead of being kept in case that they are taken back from it. */
const LEAST_HANDED_OVER = 64 * 1024;

/** Copies that nobody else has: as bytes if they can be that, else as values. */
export type KeptArguments =
  | { readonly packed: Uint8Array; readonly args?: undefined; readonly transfer?: undefined }
  | { readonly packed?: undefined; readonly args: readonly unknown[]; readonly transfer: readonly Transferable[] };

/** Undefined if there is nothing that anybody could change. @throws DataCloneError */
export function keepArguments({ args, transfer, retry }: ResolvedRunOptions): KeptArguments | undefined {
  if (args.every(isPrimitive)) return undefined;
  const packed = transfer.length === 0 ? pack(args) : undefined;
  if (packed !== undefined) return { packed };
  const kept = structuredClone({ args, transfer }, { transfer: [...transfer] });
  // What may be run again has to keep them.
  const handedOver = retry > 0 ? [] : largeBuffers(kept.args);
  return { args: kept.args, transfer: [...kept.transfer, ...handedOver] };
}

/** The buffers that are worth handing over instead of being copied again. */
function largeBuffers(args: readonly unknown[]): ArrayBuffer[] {
  const buffers = buffersOf(args);
  const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return bytes < LEAST_HANDED_OVER ? [] : buffers;
}
