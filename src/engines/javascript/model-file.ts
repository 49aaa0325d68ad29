/**
 * A {@link GuestModel} as a file: made when stint is built, so that no thread has to make the first VM from nothing, which takes as long as a
 * thousand later ones. It fits one WebAssembly module, to the byte.
 *
 * The file: the length of a JSON text (32 bits, little endian), the text, and the parts of the memory one after the other.
 */
import { createHash } from 'node:crypto';
import type { GuestModel } from './guest.js';

interface Header {
  /** SHA-256 of the WebAssembly module. */
  readonly module: string;
  readonly layout: GuestModel['layout'];
  readonly image: Omit<GuestModel['image'], 'memory'>;
  readonly size: number;
  readonly parts: readonly { readonly at: number; readonly length: number }[];
}

/** @param binary the WebAssembly module that the model is of */
export function writeModel({ layout, image }: GuestModel, binary: Uint8Array): Uint8Array {
  const { memory, ...others } = image;
  const parts = memory.parts.map(({ at, bytes }) => ({ at, length: bytes.length }));
  const header: Header = { module: hash(binary), layout, image: others, size: memory.size, parts };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, ...memory.parts.map(({ bytes }) => bytes)]);
}

/** The model in a file, in shared memory: all threads can have it. Undefined if it is of another WebAssembly module. */
export function readModel(file: Buffer, binary: Uint8Array): GuestModel | undefined {
  const start = 4 + file.readUInt32LE();
  const header = JSON.parse(file.toString('utf8', 4, start)) as Header;
  if (header.module !== hash(binary)) return undefined;
  const shared = new Uint8Array(new SharedArrayBuffer(file.length - start));
  shared.set(file.subarray(start));
  let from = 0;
  const parts = header.parts.map(({ at, length }) => {
    from += length;
    return { at, bytes: shared.subarray(from - length, from) };
  });
  return { layout: header.layout, image: { ...header.image, memory: { parts, size: header.size } } };
}

function hash(binary: Uint8Array): string {
  return createHash('sha256').update(binary).digest('hex');
}
